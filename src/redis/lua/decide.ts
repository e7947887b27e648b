/**
 * Who goes: `next-call.ts`, over the candidates of one process and the tickets of the others. It
 * begins anew after each call that it lets through, and ends with how long nobody else goes.
 */
export const decideLua: string = `
local function hold_back(d, i, wait, dimension)
  d.is_held[i] = true
  d.held[#d.held + 1] = { index = i, wait = wait, dimension = dimension }
end

-- Once a key is held back, so are all its calls behind: they keep their order.
local function is_held_back(d, i)
  if d.is_held[i] then return true end
  local c = d.candidates[i]
  local block = d.blocked[c.key]
  if not block then
    local wait, dimension = caller_wait(d, c.key, c.keyCost)
    if wait == 0 then return false end
    block = { wait, dimension }
    d.blocked[c.key] = block
  end
  hold_back(d, i, block[1], block[2])
  return true
end

-- How long until there may be a slot; nothing where there is one. Those that are free are theirs
-- first who go before.
local function full_for(d, ticket, first)
  local most = d.ask.concurrency
  if not most then return nil end
  local ahead = first and those_ahead(d, ticket, math.huge) or 0
  if d.in_flight + ahead < most then return nil end
  return slot_wait(d.s, d.in_flight, ahead)
end

local function obstacle(d, ticket, first)
  local s = d.s
  if s.phase == 'paused' then return s.untilMs - d.now, 'paused' end
  if not is_passable(s) then return PROBE_WAIT, 'paused' end
  local full = full_for(d, ticket, first)
  if full then return full, 'concurrency' end
end

local function grant(d, i, ticket, is_head)
  local s, c = d.s, d.candidates[i]
  local tag = tag_of(s, ticket)
  add_cost(s.taken, c.cost)
  caller_take(d, c.key, c.keyCost)
  count_passing(d, ticket)
  advance(d, c.key, c.cost, tag)
  if is_head then s.virtual = math.max(s.virtual, tag) end
  start(s, d.now)
  d.me.n = d.me.n + 1
  d.in_flight = d.in_flight + 1
  d.is_granted[i] = true
  local taken = {}
  add_cost(taken, s.taken)
  d.granted[#d.granted + 1] = { index = i, taken = taken }
end

local function try_head(d, cost)
  local wait, dimension = longest(d.meters, cost, wait_of_head, d.now)
  if wait == 0 then take_all(d.meters, cost, take_as_head, d.now) end
  return wait, dimension
end

local function try_behind(d, cost, head)
  local wait, dimension = longest(d.meters, cost, wait_of_other, d.now)
  local head_wait, head_dimension = wait_behind(d.meters, cost, head.cost, d.now)
  if d.now + head_wait > head.by then return math.huge, head_dimension end
  if wait == 0 then take_all(d.meters, cost, take, d.now) end
  return wait, dimension
end

-- Whoever is behind a head that doesn't come keeps the order all the same.
local function is_next_but(d, ticket, head)
  for pid, p in pairs(d.s.members) do
    local other = p.ticket
    if other and other ~= head and pid ~= d.input.pid and d.now - other.due < LATE_AFTER
      and goes_before(d, other, ticket) then return false end
  end
  return true
end

-- Whether this process may pass a head that could go now, and hasn't come: once, with a call that is
-- hardly later, where there is room for all that are ahead; in order, once the head is long overdue.
local function may_pass(d, ticket, head)
  if d.now - head.due >= OVERTAKEN_AFTER then return is_next_but(d, ticket, head) end
  if head.passed and head.passed[d.input.pid] then return false end
  if not is_near(d, ticket, head) then return false end
  local _, together = those_ahead(d, ticket, math.huge)
  add_cost(together, ticket.cost)
  return longest(d.meters, together, predict, d.now) == 0
end

local function try_beside(d, ticket, head)
  local cost = ticket.cost
  if not may_pass(d, ticket, head) then return false end
  local wait = longest(d.meters, cost, wait_of_other, d.now)
  if wait > 0 or wait_behind(d.meters, cost, head.cost, d.now) > 0 then return false end
  take_all(d.meters, cost, take, d.now)
  head.passed = head.passed or {}
  head.passed[d.input.pid] = true
  return true
end

-- Until those ahead and this one fit; and a moment for each of them to come. Also says for which
-- limit, where it isn't just for them.
local function queue_wait(d, ticket, first)
  local count, together = those_ahead(d, ticket, passing_left(d.s, ticket.key))
  add_cost(together, ticket.cost)
  local late = math.min(LONGEST_SLOT_WAIT, math.max(count * LEAST_WAIT, first.due - d.now))
  local wait, dimension = longest(d.meters, together, predict, d.now)
  return math.max(late, wait), wait > 0 and dimension or 'queue'
end

local function deadline(d, wait)
  return d.now + wait * (1 + 0.9)
end

-- The first call that isn't let through: how long it waits by itself, and what for.
local function wait_first(d, i, wait, reason)
  d.waiting = d.waiting or { index = i, wait = wait, reason = reason }
end

-- The head's place is another process's. Returns it where it may be overtaken.
local function behind_other(d, i, ticket, first)
  if not d.queue_wait then
    d.queue_wait, d.queue_reason = queue_wait(d, ticket, first)
    wait_first(d, i, d.queue_wait, d.queue_reason)
  end
  if is_probe(d.s) then return nil end
  local wait = longest(d.meters, first.cost, wait_of_head, d.now)
  if wait >= OVERTAKEN_AFTER then
    first.by = first.by or deadline(d, wait)
    return first
  end
  if not try_beside(d, ticket, first) then return nil end
  grant(d, i, ticket, false)
  return nil, true
end

local function go_or_wait(d, i, ticket, head)
  local cost = d.candidates[i].cost
  if is_probe(d.s) then
    take_all(d.meters, cost, take, d.now)
    grant(d, i, ticket, true)
    return 0
  end
  local wait, dimension
  if head then wait, dimension = try_behind(d, cost, head)
  else wait, dimension = try_head(d, cost) end
  if wait == 0 then grant(d, i, ticket, head == nil) end
  return wait, dimension
end

-- Lets one call through: true. Else how long none goes, and why; nothing where none is left.
local function next_call(d)
  local soonest, reason, head = math.huge, 'requests', nil
  d.first, d.head, d.queue_wait, d.waiting = nil, nil, nil, nil
  for i, c in ipairs(d.candidates) do
    if not d.is_granted[i] and not is_held_back(d, i) then
      local ticket = ticket_of(d, c)
      d.first = d.first or ticket
      local ahead = first_ahead(d, ticket)
      local wait, why = obstacle(d, ticket, ahead)
      if wait and head then break end
      if wait then
        wait_first(d, i, wait, why)
        return false, wait, why
      end
      if not head and ahead then
        local first, went = behind_other(d, i, ticket, ahead)
        if went then return true end
        if not first then return false, d.queue_wait, 'queue' end
        head = first
      end
      wait, why = go_or_wait(d, i, ticket, head)
      if wait == 0 then return true end
      wait_first(d, i, wait, why)
      if wait < soonest then soonest, reason = wait, why end
      if wait < OVERTAKEN_AFTER then break end
      if not head then
        c.by = c.by or deadline(d, wait)
        ticket.by = c.by
        head, d.head = ticket, { index = i, by = c.by }
      end
    end
  end
  if d.queue_wait and d.queue_wait < soonest then return false, d.queue_wait, 'queue' end
  return false, soonest, reason
end

-- Whoever has got all that it asked for comes again at once.
local function keep_place(d)
  if not d.ask.next or #d.granted == 0 then return end
  d.me.ticket = ticket_of(d, d.ask.next)
  d.me.ticket.due = d.now
end

-- Whether the first call goes away, for it has to wait longer than it may. Where it is taken for a
-- slot, for the end of a pause or for others, nobody knows how long that is.
local function is_leaving(d)
  local first = d.waiting
  local patience = d.candidates[first.index].patienceMs
  if not patience or first.reason == 'queue' then return false end
  if first.reason == 'concurrency' or first.reason == 'paused' then return patience == 0 end
  return first.wait > patience
end

local function decide(d)
  d.me.ticket = nil
  local went, wait, reason
  repeat went, wait, reason = next_call(d) until not went
  if not d.first then return keep_place(d) end
  d.wait, d.reason = wait, reason
  d.first.due = d.now + wait
  if not is_leaving(d) then d.me.ticket = d.first end
end
`;
