/**
 * The order among processes. Each has at most one ticket: its first call that waits for the lane.
 * First goes the key with the least start tag (start-time fair queueing), then the one whose calls
 * came first; among its calls the one of a higher priority, but each tenth is the one that came
 * first, so that no priority starves: `flow.ts`, across processes.
 */
export const orderLua: string = `
-- So many calls in a row may pass an older one of a lower priority; then that one goes.
local PASSING_CALLS = 9

local function passing_left(s, key)
  return math.max(0, PASSING_CALLS - (s.passing[key] or 0))
end

local function tag_of(s, ticket)
  return math.max(s.virtual, ticket.finish)
end

-- A time, fixed when its call came: among tickets of one key.
local function place_of(s, ticket)
  return passing_left(s, ticket.key) > 0 and ticket.at - ticket.boost or ticket.at
end

-- When the first call of its key came, of those that a process waits with.
local function came_of(d, ticket)
  if not d.came then
    d.came = {}
    for pid, p in pairs(d.s.members) do
      local other = pid ~= d.input.pid and p.ticket
      if other then d.came[other.key] = math.min(d.came[other.key] or other.at, other.at) end
    end
  end
  return math.min(d.came[ticket.key] or ticket.at, ticket.at)
end

-- By how much a ticket is later than another: virtual time where that differs, else milliseconds.
local function lateness(d, ticket, other)
  local s = d.s
  local later = tag_of(s, ticket) - tag_of(s, other)
  if later ~= 0 then return later end
  if ticket.key ~= other.key then return came_of(d, ticket) - came_of(d, other) end
  return place_of(s, ticket) - place_of(s, other)
end

local function goes_before(d, one, other)
  local later = lateness(d, one, other)
  if later ~= 0 then return later < 0 end
  if one.key ~= other.key then return one.key < other.key end
  return one.pid < other.pid
end

-- Whether it makes hardly a difference which of them goes first.
local function is_near(d, ticket, head)
  return lateness(d, ticket, head) <= LATE_AFTER
end

local function ticket_of(d, c)
  return {
    pid = d.input.pid, key = d.input.keys[c.key].id, finish = finish_of(d, c.key),
    at = math.min(d.now, c.at or d.now - c.waitedMs), boost = c.boostMs, cost = c.cost, by = c.by,
  }
end

-- The first of the other processes' tickets. Looked for once, until somebody goes.
local function leader(d)
  if d.leader ~= nil then return d.leader end
  d.leader = false
  for pid, p in pairs(d.s.members) do
    local other = p.ticket
    if other and pid ~= d.input.pid and (not d.leader or goes_before(d, other, d.leader)) then
      d.leader = other
    end
  end
  return d.leader
end

-- The one that goes first, if another process's ticket goes before this one.
local function first_ahead(d, ticket)
  local first = leader(d)
  return first and goes_before(d, first, ticket) and first or nil
end

-- How many tickets of others go before it, and what they cost together: of those that pass an older
-- one, no more than may.
local function those_ahead(d, ticket, most_passing)
  local count, cost, passing = 0, {}, 0
  for pid, p in pairs(d.s.members) do
    local other = p.ticket
    if other and pid ~= d.input.pid and goes_before(d, other, ticket) then
      local passes = other.key == ticket.key and other.at > ticket.at
      if passes then passing = passing + 1 end
      if not passes or passing <= most_passing then
        count = count + 1
        add_cost(cost, other.cost)
      end
    end
  end
  return count, cost
end

-- A call has gone: how many have passed the oldest one of its key in a row.
local function count_passing(d, ticket)
  local s, key, oldest = d.s, ticket.key, nil
  for pid, p in pairs(s.members) do
    local other = pid ~= d.input.pid and p.ticket
    if other and other.key == key and not (oldest and oldest.at <= other.at) then oldest = other end
  end
  if not oldest or ticket.at <= oldest.at then s.passing[key] = nil
  elseif ticket.boost > oldest.boost then s.passing[key] = (s.passing[key] or 0) + 1 end
end

local function forget_passing(s)
  if not next(s.passing) then return end
  local waits = {}
  for _, p in pairs(s.members) do
    if p.ticket then waits[p.ticket.key] = true end
  end
  for key in pairs(s.passing) do
    if not waits[key] then s.passing[key] = nil end
  end
end

-- Who died, and whose turn came and who didn't: they hold nobody up any longer.
local function drop_lapsed(s, input, now)
  for pid, p in pairs(s.members) do
    if now - p.seen > input.leaseMs then p.n, p.ticket = 0, nil end
    if p.ticket and now > p.ticket.due + input.ticketLeaseMs then p.ticket = nil end
    if now - p.seen > FORGET_AFTER then s.members[pid] = nil end
  end
  forget_passing(s)
end

local function advance(d, j, cost, tag)
  local spec = d.input.keys[j]
  local finish = tag + size_of(d.meters, cost) / spec.weight
  d.finish[j] = finish
  d.turned[j] = true
  d.leader = nil
  for _, p in pairs(d.s.members) do
    if p.ticket and p.ticket.key == spec.id then p.ticket.finish = finish end
  end
end
`;
