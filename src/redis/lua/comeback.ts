/**
 * When all who have lost the server go on with it: the first one to find it back says when the last
 * one must have. That is kept for those who come later. A server that knows nothing any more doubts
 * until then what its limits have left.
 */
export const comebackLua: string = `
local KEPT_FOR = string.format('%.0f', 600 * 1000)
local BIRTH_KEPT_FOR = string.format('%.0f', 30 * 24 * 3600 * 1000)

local input = cjson.decode(ARGV[1])
local now = server_time()
local at = tonumber(redis.call('GET', KEYS[1]) or nil)
if not at or at < now - input.lostMs or at > now + 2 * input.graceMs then
  at = now + input.graceMs
  redis.call('SET', KEYS[1], exact(at), 'PX', KEPT_FOR)
end
redis.call('SET', KEYS[2], exact(now) .. ' ' .. exact(at), 'NX', 'PX', BIRTH_KEPT_FOR)
return exact(math.max(0, at - now))
`;
