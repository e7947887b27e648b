/**
 * Callers: each with its own limits and calls in flight, the same in every lane, and its virtual
 * finish time in this one. A member of a caller is a process in a lane.
 */
export const callerLua: string = `
local function caller_key(j) return KEYS[2 * j + 2] end
local function turn_key(j) return KEYS[2 * j + 3] end

local function new_caller(now)
  return { format = FORMAT, born = now, at = now, meters = {}, members = {} }
end

-- Nothing is kept for callers without limits of their own.
local function open_caller(input, j, now)
  local spec = input.keys[j]
  if not spec.concurrency and #spec.meters == 0 then return nil end
  local s = load_state(caller_key(j), now) or new_caller(now)
  local memo = spec.memo and spec.memoAt < s.born and cjson.decode(spec.memo) or nil
  s.members[input.member] = { seen = now, n = spec.inFlight }
  return { spec = spec, s = s, meters = open_meters(s.meters, spec.meters, s.born, memo, now) }
end

local function caller_of(d, j)
  local known = d.callers[j]
  if known == nil then
    known = open_caller(d.input, j, d.now) or false
    d.callers[j] = known
  end
  return known
end

local function in_flight(members, lease, now)
  local sum = 0
  for _, p in pairs(members) do
    if now - p.seen <= lease then sum = sum + p.n end
  end
  return sum
end

-- Slots become free one after the other, as evenly as calls are long: it is worth asking twice until
-- the next one does, and for each of those who go before.
local function slot_wait(s, count, ahead)
  local gap = s.flight and s.flight / math.max(1, count) / 2 or LONGEST_SLOT_WAIT
  return math.min(LONGEST_SLOT_WAIT, math.max(LEAST_WAIT, gap) * (1 + ahead))
end

local function note_flight(s, at, now)
  local flight = math.max(0, now - at)
  s.flight = s.flight and s.flight + 0.1 * (flight - s.flight) or flight
end

local function caller_wait(d, j, cost)
  local caller = caller_of(d, j)
  if not caller then return 0 end
  local most = caller.spec.concurrency
  local count = most and in_flight(caller.s.members, d.input.leaseMs, d.now)
  if most and count >= most then return slot_wait(caller.s, count, 0), 'concurrency' end
  return longest(caller.meters, cost, wait_of_head, d.now)
end

local function caller_take(d, j, cost)
  local caller = caller_of(d, j)
  if not caller then return end
  local member = caller.s.members[d.input.member]
  member.n = member.n + 1
  take_all(caller.meters, cost, take, d.now)
end

local function save_caller(d, j, caller)
  local s, lease = caller.s, d.input.leaseMs
  for id, p in pairs(s.members) do
    if p.n <= 0 or d.now - p.seen > lease then s.members[id] = nil end
  end
  drop_unused(s.meters, d.now)
  save_state(caller_key(j), s, d.now, math.max(4 * lease, time_to_full(s.meters, d.now)))
end

-- A finish time counts only with the virtual time that it was set by: that of the lane's birth.
local function finish_of(d, j)
  if d.finish[j] then return d.finish[j] end
  local text = redis.call('GET', turn_key(j)) or ''
  local birth, finish = string.match(text, '^(%S+) (%S+)$')
  d.finish[j] = birth == exact(d.s.born) and tonumber(finish) or 0
  return d.finish[j]
end

local function save_turn(d, j, ttl)
  local text = exact(d.s.born) .. ' ' .. exact(d.finish[j])
  redis.call('SET', turn_key(j), text, 'PX', string.format('%.0f', math.min(math.ceil(ttl), MOST_TTL)))
end
`;
