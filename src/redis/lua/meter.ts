/**
 * One limit, as `meter.ts` keeps it: a bucket, the guards of its enforcement, and what the server
 * is believed to have left. A meter is `{spec, state}`; the spec comes with the question.
 */
export const meterLua: string = `
local function window_of(state, guard, now)
  local id = (guard.isFixed and 'f' or 't') .. guard.spanMs
  local w = state.windows[id] or new_window(now)
  state.windows[id] = w
  w.used = now
  return w
end

local function refill_meter(m, now)
  refill(m.spec.bucket, m.state, now)
end

local function slowest(m, cost, now, wait)
  for _, guard in ipairs(m.spec.guards) do
    wait = math.max(wait, window_wait(guard, window_of(m.state, guard, now), cost, now, 0))
  end
  local view = m.state.view
  return view and math.max(wait, view_wait(m.spec, view, cost, now)) or wait
end

local function wait_of_head(m, cost, now)
  if cost == 0 then return 0 end
  refill_meter(m, now)
  return slowest(m, cost, now, bucket_wait_of_head(m.spec.bucket, m.state, cost, 0))
end

local function wait_of_other(m, cost, now)
  if cost == 0 then return 0 end
  refill_meter(m, now)
  return slowest(m, cost, now, bucket_wait_of_other(m.spec.bucket, m.state, cost))
end

local function wait_of_head_after(m, other, head, now)
  refill_meter(m, now)
  local wait = bucket_wait_of_head(m.spec.bucket, m.state, head, other)
  for _, guard in ipairs(m.spec.guards) do
    wait = math.max(wait, window_wait(guard, window_of(m.state, guard, now), head, now, other))
  end
  local view = m.state.view
  return view and math.max(wait, view_wait(m.spec, view, head + other, now)) or wait
end

local function predict(m, cost, now)
  if cost == 0 then return 0 end
  refill_meter(m, now)
  local wait = bucket_wait_of_head(m.spec.bucket, m.state, 0, cost)
  for _, guard in ipairs(m.spec.guards) do
    local w = window_of(m.state, guard, now)
    wait = math.max(wait, window_wait(guard, w, math.min(cost, guard.max), now, 0))
  end
  local view = m.state.view
  return view and math.max(wait, view_wait(m.spec, view, cost, now)) or wait
end

local function enter(m, cost, now)
  for _, guard in ipairs(m.spec.guards) do
    window_add(guard, window_of(m.state, guard, now), cost, now)
  end
  if m.state.view then view_take(m.spec, m.state.view, cost, now) end
end

local function take_as_head(m, cost, now)
  refill_meter(m, now)
  bucket_take_as_head(m.spec.bucket, m.state, cost)
  enter(m, cost, now)
end

local function take(m, cost, now)
  refill_meter(m, now)
  take_from_level(m.spec.bucket, m.state, cost)
  enter(m, cost, now)
end

local function settle(m, more, at, now)
  local correction = m.spec.correction
  local is_done = correction == 'settled' or (more > 0 and correction ~= 'never')
  if m.state.view and not is_done then return end
  refill_meter(m, now)
  take_from_level(m.spec.bucket, m.state, more)
  for _, guard in ipairs(m.spec.guards) do
    local w = window_of(m.state, guard, now)
    if more > 0 then window_add(guard, w, more, now)
    else window_remove(guard, w, -more, at, now) end
  end
end

local function observe(m, reading, now)
  local state = m.state
  if state.view then
    observe_view(m.spec, state.view, reading, now)
    if reading.counted then limit_others(m.spec, state.view, reading.counted) end
    return
  end
  state.view = new_view(m.spec, reading, now)
  refill_meter(m, now)
  fit(m.spec.bucket, state)
  state.level = math.min(state.level, view_level(m.spec, state.view, now))
end

local function level(m, now)
  refill_meter(m, now)
  local least = m.state.level
  if m.state.view then least = math.min(least, view_level(m.spec, m.state.view, now)) end
  for _, guard in ipairs(m.spec.guards) do
    local w = window_of(m.state, guard, now)
    least = math.min(least, guard.max - window_total(guard, w, now))
  end
  return least
end

-- How long until all that was taken has come back.
local function reset_of(m, now)
  refill_meter(m, now)
  local wait = math.max(0, (m.spec.bucket.capacity - m.state.level) / m.spec.bucket.perMs)
  for _, guard in ipairs(m.spec.guards) do
    wait = math.max(wait, window_wait(guard, window_of(m.state, guard, now), guard.max, now, 0))
  end
  return wait
end
`;
