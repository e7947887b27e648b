/**
 * One account: what was spent in the present window, and what each process holds. What a process
 * tells is absolute (all that it holds, and all that it has ever spent), so that telling it twice
 * changes nothing.
 */
export const ledgerLua: string = `
local input = cjson.decode(ARGV[1])
local now = server_time()
local window = input.windowMs
local reset_at = (math.floor(now / window) + 1) * window

local function new_account()
  return { format = FORMAT, at = now, spent = 0, meters = {}, members = {}, resetAt = reset_at }
end

local function open_account()
  local s = load_state(KEYS[1], now) or new_account()
  if s.resetAt < reset_at then s.spent, s.resetAt = 0, reset_at end
  for pid, p in pairs(s.members) do
    if now - p.seen > FORGET_AFTER then s.members[pid] = nil end
  end
  return s
end

local function held(s)
  local sum = 0
  for _, p in pairs(s.members) do
    if now - p.seen <= input.leaseMs then sum = sum + p.held end
  end
  return sum
end

-- Where the server has forgotten a process, what that saw last is the least that was spent.
local function new_member(s)
  local seen = input.seen
  if seen and seen.resetAt == s.resetAt then s.spent = math.max(s.spent, seen.spent) end
  return { seq = 0, total = input.heard }
end

local function hear(s)
  local me = s.members[input.pid] or new_member(s)
  if input.seq < me.seq then return me end
  s.spent = s.spent + math.max(0, input.total - me.total)
  me.seq, me.total, me.held, me.seen = input.seq, input.total, input.held, now
  s.members[input.pid] = me
  return me
end

-- What costs nothing passes also where more than the limit has been spent.
local function reserve(s, me)
  local amount = input.amount
  if not amount then return false end
  if amount > 0 and s.spent + held(s) + amount > input.limit then return false end
  me.held = me.held + amount
  return true
end

local s = open_account()
local is_reserved = reserve(s, hear(s))
if input.isLast then s.members[input.pid] = nil end
local ttl = math.max(s.resetAt - now, 0) + math.max(4 * input.leaseMs, FORGET_AFTER)
save_state(KEYS[1], s, now, ttl)
return '{"isReserved":' .. tostring(is_reserved) .. ',"spent":' .. exact(s.spent)
  .. ',"reserved":' .. exact(held(s)) .. ',"resetAt":' .. exact(s.resetAt) .. '}'
`;
