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

local function ticket_of(d, c)
  return {
    pid = d.input.pid, key = d.input.keys[c.key].id, finish = finish_of(d, c.key),
    at = d.now - c.waitedMs, cost = c.cost, by = c.by,
  }
end

-- Other processes' tickets that go before it: the first, how many, and what they cost together.
local function those_ahead(d, ticket)
  local ahead = { count = 0, cost = {} }
  for pid, p in pairs(d.s.members) do
    local other = p.ticket
    if other and pid ~= d.input.pid and goes_before(d.s, other, ticket) then
      ahead.count = ahead.count + 1
      add_cost(ahead.cost, other.cost)
      if not ahead.first or goes_before(d.s, other, ahead.first) then ahead.first = other end
    end
  end
  return ahead
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
  for _, p in pairs(d.s.members) do
    if p.ticket and p.ticket.key == spec.id then p.ticket.finish = finish end
  end
end
`;
