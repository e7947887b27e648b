/**
 * When the server began to know anything of the store: kept for as long as anybody uses that.
 *
 * A server that has run this script before and knows nothing of the store has been flushed. A lane
 * begins anew only when those who use it have had the time to tell what they knew, or one has told
 * who has just asked. Where the script is unknown, too, nobody has used it since the server started.
 */
export const birthLua: string = `
-- Who knows something tells it every second.
local DOUBTED_FOR = 1500
local NEWS_LASTS = 50
local BIRTH_KEPT_FOR = string.format('%.0f', 30 * 24 * 3600 * 1000)

local function store_birth(now)
  local text = redis.call('GET', KEYS[3])
  if text then
    redis.call('PEXPIRE', KEYS[3], BIRTH_KEPT_FOR)
  else
    local is_flushed = ARGV[2] ~= 'unknown'
    text = exact(now) .. ' ' .. exact(is_flushed and now + DOUBTED_FOR or now)
    redis.call('SET', KEYS[3], text, 'PX', BIRTH_KEPT_FOR)
  end
  local at, doubted_until = string.match(text, '^(%S+) (%S+)$')
  return tonumber(at), tonumber(doubted_until)
end
`;
