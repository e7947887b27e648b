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

local function seen()
  local held = redis.call('HMGET', cell, 'version', 'text')
  return { 'seen', now, held[1] or '', held[2] or '', redis.call('HGETALL', inbox) }
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
  if isNewer(order, me) then
    redis.call('HSET', inbox, me, order .. ' ' .. text)
    redis.call('PEXPIRE', inbox, lifetime)
  end
  local writer = redis.call('HGET', cell, 'writer') or ''
  if writer ~= '' and writer ~= me and send(writer, text) > 0 then return { 'asked', now } end
  return seen()
end

if ARGV[1] == 'ask' then
  if ARGV[8] ~= '' and now > tonumber(ARGV[8]) then return { 'late', now } end
  return leave(ARGV[6], ARGV[7])
end

if ARGV[1] == 'write' then
  if (redis.call('HGET', cell, 'version') or '') ~= ARGV[6] then
    if ARGV[11] ~= '' then return leave(ARGV[11], ARGV[12]) end
    return seen()
  end
  local at = tonumber(ARGV[9])
  if at > now + ${AHEAD_MS * 1000} or at < now - ${OLDEST_MS * 1000} then return { 'late', now } end
  redis.call('HSET', cell, 'version', ARGV[7], 'text', ARGV[8], 'writer', ARGV[10])
  redis.call('PEXPIRE', cell, lifetime)
  local messages = 14 + 2 * ARGV[13]
  for i = 14, messages - 1, 2 do
    if isNewer(ARGV[i + 1] + 1, ARGV[i]) then redis.call('HDEL', inbox, ARGV[i]) end
  end
  for i = messages, #ARGV, 2 do send(ARGV[i], ARGV[i + 1]) end
  return { 'written', now, redis.call('HGETALL', inbox) }
end

return seen()
`;
export const CELL_SCRIPT: LuaScript = new LuaScript(TEXT);
