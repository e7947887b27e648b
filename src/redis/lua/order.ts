/**
 * The order among processes. Each has at most one ticket: its first call that waits for the lane.
 * First goes the least start tag (start-time fair queueing between keys), then who came first.
 */
export const orderLua: string = `
local function goes_before(s, one, other)
  local tag, other_tag = math.max(s.virtual, one.finish), math.max(s.virtual, other.finish)
  if tag ~= other_tag then return tag < other_tag end
  if one.at ~= other.at then return one.at < other.at end
  return one.pid < other.pid
end

-- Whether it makes hardly a difference which of them goes first.
local function is_near(s, ticket, head)
  local later = math.max(s.virtual, ticket.finish) - math.max(s.virtual, head.finish)
  if later == 0 then later = ticket.at - head.at end
  return later <= LATE_AFTER
end

local function ticket_of(d, c)
  return {
    pid = d.input.pid, key = d.input.keys[c.key].id, finish = finish_of(d, c.key),
    at = d.now - c.waitedMs, cost = c.cost, by = c.by,
  }
end

-- The first of the other processes' tickets. Looked for once, until somebody goes.
local function leader(d)
  if d.leader ~= nil then return d.leader end
  d.leader = false
  for pid, p in pairs(d.s.members) do
    local other = p.ticket
    if other and pid ~= d.input.pid and (not d.leader or goes_before(d.s, other, d.leader)) then
      d.leader = other
    end
  end
  return d.leader
end

-- The one that goes first, if another process's ticket goes before this one.
local function first_ahead(d, ticket)
  local first = leader(d)
  return first and goes_before(d.s, first, ticket) and first or nil
end

-- How many tickets of others go before it, and what they cost together.
local function those_ahead(d, ticket)
  local count, cost = 0, {}
  for pid, p in pairs(d.s.members) do
    local other = p.ticket
    if other and pid ~= d.input.pid and goes_before(d.s, other, ticket) then
      count = count + 1
      add_cost(cost, other.cost)
    end
  end
  return count, cost
end

-- Who died, and whose turn came and who didn't: they hold nobody up any longer.
local function drop_lapsed(s, input, now)
  for pid, p in pairs(s.members) do
    if now - p.seen > input.leaseMs then p.n, p.ticket = 0, nil end
    if p.ticket and now > p.ticket.due + input.ticketLeaseMs then p.ticket = nil end
    if now - p.seen > FORGET_AFTER then s.members[pid] = nil end
  end
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
