import { AHEAD_MS, OLDEST_MS } from '../../shared/cell.ts';
import { LuaScript } from '../lua-script.ts';

/**
 * A text under a version, the notes that were left for its writer, and messages; no rule of any
 * limit. KEYS: cell, inbox. ARGV: operation, member, lifetime in ms, channel before a member's name,
 * name of the cell, then the operation's own. Times are in microseconds.
 *
 * In a cluster, PUBLISH counts listeners of the same node only, though all of them hear
 * (https://redis.io/docs/latest/commands/publish/): who asks a writer on another node is told what
 * the cell holds, as if nobody had heard, and decides by itself.
 */
const TEXT = `
local cell, inbox = KEYS[1], KEYS[2]
local me, lifetime, channel, name = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function versionAfter(version, takes)
  if takes and version then return takes .. '+' .. version end
  return version or ''
end

local function seen()
  local held = redis.call('HMGET', cell, 'version', 'text', 'takes')
  local version = versionAfter(held[1], held[3])
  return { 'seen', now, version, held[2] or '', redis.call('HGETALL', inbox) }
end

local function send(to, text)
  local process = string.match(to, '^[^.]*')
  return redis.call('PUBLISH', channel .. process, to .. '\\n' .. name .. '\\n' .. text)
end

local function isNewer(order, member)
  local left = redis.call('HGET', inbox, member)
  return not left or tonumber(string.match(left, '^%d+')) < tonumber(order)
end

local function leave(order, text)
  if not isNewer(order, me) then return end
  redis.call('HSET', inbox, me, order .. ' ' .. text)
  redis.call('PEXPIRE', inbox, lifetime)
end

local function sendToWriter(text)
  local writer = redis.call('HGET', cell, 'writer') or ''
  return writer ~= '' and writer ~= me and send(writer, text) > 0
end

local function ask(order, text)
  leave(order, text)
  if sendToWriter(text) then return { 'asked', now } end
  return seen()
end

local function numbers(text)
  local list = {}
  for each in string.gmatch(text or '', '%S+') do list[#list + 1] = tonumber(each) end
  return list
end

if ARGV[1] == 'ask' then
  if ARGV[8] ~= '' and now > tonumber(ARGV[8]) then return { 'late', now } end
  return ask(ARGV[6], ARGV[7])
end

if ARGV[1] == 'take' then
  if now > tonumber(ARGV[8]) then return { 'late', now } end
  local held = redis.call('HMGET', cell, 'room', 'sums', 'roomText', 'ending', 'version', 'takes')
  if held[4] and now <= tonumber(held[4]) then return { 'ending', now } end
  local atMost, sums, amounts = numbers(held[1]), numbers(held[2]), numbers(ARGV[12])
  -- The first number of a room is the time after which nothing may be taken.
  local isRoom = held[1] and now <= atMost[1]
  local after = {}
  for i = 1, #amounts do
    local sum = amounts[i] + (sums[i] or 0)
    isRoom = isRoom and sum <= (atMost[i + 1] or 0)
    after[i] = string.format('%.17g', sum)
  end
  if not isRoom then return ask(ARGV[9], ARGV[10]) end
  local takes = (held[6] or 0) + 1
  redis.call('HSET', cell, 'sums', table.concat(after, ' '), 'takes', takes)
  local version = versionAfter(held[5], takes)
  leave(ARGV[6], ARGV[7])
  local isHeard = ARGV[11] ~= '' and sendToWriter(ARGV[7])
  return { 'taken', now, version, held[2] or '', held[3], isHeard and 1 or 0 }
end

if ARGV[1] == 'write' then
  local held = redis.call('HMGET', cell, 'version', 'takes')
  if versionAfter(held[1], held[2]) ~= ARGV[6] then
    if held[1] and held[1] == (string.gsub(ARGV[6], '^%d+%+', '')) then
      redis.call('HDEL', cell, 'room')
      redis.call('HSET', cell, 'ending', now + ${OLDEST_MS * 1000})
    end
    if ARGV[11] ~= '' then return ask(ARGV[11], ARGV[12]) end
    return seen()
  end
  local at = tonumber(ARGV[9])
  if at > now + ${AHEAD_MS * 1000} or at < now - ${OLDEST_MS * 1000} then return { 'late', now } end
  redis.call('HSET', cell, 'version', ARGV[7], 'text', ARGV[8], 'writer', ARGV[10])
  redis.call('HDEL', cell, 'takes', 'sums', 'ending', 'room')
  if ARGV[14] ~= '' then redis.call('HSET', cell, 'room', ARGV[14], 'roomText', ARGV[15]) end
  redis.call('PEXPIRE', cell, lifetime)
  local messages = 16 + 2 * ARGV[13]
  for i = 16, messages - 1, 2 do
    if isNewer(ARGV[i + 1] + 1, ARGV[i]) then redis.call('HDEL', inbox, ARGV[i]) end
  end
  for i = messages, #ARGV, 2 do send(ARGV[i], ARGV[i + 1]) end
  return { 'written', now, redis.call('HGETALL', inbox) }
end

return seen()
`;
export const CELL_SCRIPT: LuaScript = new LuaScript(TEXT);
