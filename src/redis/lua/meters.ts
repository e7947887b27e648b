/**
 * The meters of a lane or of a caller: states by id, kept from one question to the next.
 *
 * Where the states are gone (a flush, a failover), what a process saw last is the most that there
 * can be: a memo `{at, meters: {id: {level, totals: {window: cost}}}}`.
 */
export const metersLua: string = `
local function new_state(spec, now, is_full)
  local b = spec.bucket
  return {
    given = spec.given, level = is_full and b.capacity or 0, savings = is_full and most_savings(b) or 0, at = now,
    perMs = b.perMs, capacity = b.capacity, largest = b.largest,
    windowMs = spec.windowMs, windows = {}, used = now,
  }
end

-- Given anew: what that adds may be used at once, by whichever process first says so.
local function grow(state, spec, now)
  local kept = math.max(0, 1 - (now - (state.sparedAt or now)) / spec.windowMs)
  state.spared = resize(spec.bucket, state, (state.spared or 0) * kept)
  state.sparedAt = now
end

local function adopt(state, spec, now)
  local b = spec.bucket
  if state.perMs ~= b.perMs or state.capacity ~= b.capacity or state.largest ~= b.largest then
    refill(state, state, now)
    if spec.given and spec.given ~= state.given then grow(state, spec, now) end
    fit(b, state)
    state.perMs, state.capacity, state.largest = b.perMs, b.capacity, b.largest
  end
  state.given = spec.given or state.given
  state.windowMs = spec.windowMs
  state.used = now
end

local function insert_slot(w, cost, at)
  local slots, i = w.slots, 1
  while slots[i] and slots[i] < at do i = i + 2 end
  if not slots[i] then w.from = at end
  table.insert(slots, i, cost)
  table.insert(slots, i, at)
end

local function remember_window(state, guard, total, at, now)
  local w = window_of(state, guard, now)
  local missing = total - window_total(guard, w, now)
  if missing <= 0 then return end
  if guard.isFixed then
    if at >= w.from then w.total = w.total + missing end
  elseif at + guard.spanMs > now then
    insert_slot(w, missing, at)
    w.total = w.total + missing
  end
end

local function remember(m, memo, at, now)
  local b, state = m.spec.bucket, m.state
  refill_meter(m, now)
  state.level = math.min(state.level, memo.level + b.perMs * math.max(0, now - at))
  state.savings = 0
  for _, guard in ipairs(m.spec.guards) do
    local total = memo.totals[(guard.isFixed and 'f' or 't') .. guard.spanMs]
    if total then remember_window(state, guard, total, math.min(at, now), now) end
  end
end

-- What a limit may have used that a process has never seen: all of it.
local function exhaust(m, now)
  m.state.level, m.state.savings = 0, 0
  for _, guard in ipairs(m.spec.guards) do
    remember_window(m.state, guard, guard.max, now, now)
  end
end

-- A memo is news where the states are younger than what it tells of.
local function open_meters(states, specs, born, memo, now)
  local meters = {}
  local is_news = memo and memo.at < born
  for i, spec in ipairs(specs) do
    local known = states[spec.id]
    if known then adopt(known, spec, now) end
    local m = { spec = spec, state = known or new_state(spec, now, true) }
    states[spec.id] = m.state
    meters[i] = m
    if is_news then
      local seen = memo.meters[spec.id]
      if seen then remember(m, seen, memo.at, now)
      elseif not known and born == now then exhaust(m, now) end
    end
  end
  return meters
end

local function drop_unused(states, now)
  for id, state in pairs(states) do
    if now - state.used > 2 * state.windowMs then states[id] = nil end
    for span, w in pairs(state.windows) do
      if now - w.used > 2 * tonumber(string.sub(span, 2)) then state.windows[span] = nil end
    end
  end
end

local function time_to_full(states, now)
  local longest = 0
  for _, state in pairs(states) do
    local full = (state.capacity - state.level) / state.perMs
    longest = math.max(longest, 2 * state.windowMs, full)
  end
  return longest
end
`;
