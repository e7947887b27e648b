/** The token bucket of `bucket.ts`, in the same order of operations: a state is changed in place. */
export const bucketLua: string = `
local function slack(cost)
  return 1e-9 * (1 + math.abs(cost))
end

local function most_savings(spec)
  return math.max(0, spec.largest - spec.capacity)
end

local function pour(spec, state, amount)
  local poured = math.min(amount, spec.capacity - state.level)
  state.savings = math.min(state.savings + amount - poured, most_savings(spec))
  state.level = state.level + poured
end

local function refill(spec, state, now)
  if now <= state.at then return end
  pour(spec, state, spec.perMs * (now - state.at))
  state.at = now
end

local function bucket_wait_of_head(spec, state, cost, other)
  local spare = math.min(state.savings, math.max(0, cost - spec.capacity))
  local missing = cost + other - state.level - spare
  if missing <= slack(cost) then return 0 end
  return missing / spec.perMs
end

local function bucket_wait_of_other(spec, state, cost)
  local missing = cost - state.level
  if missing <= slack(cost) then return 0 end
  if cost > spec.capacity then return math.huge end
  return missing / spec.perMs
end

local function take_from_level(spec, state, cost)
  if cost < 0 then pour(spec, state, -cost) else state.level = state.level - cost end
end

local function bucket_take_as_head(spec, state, cost)
  if cost <= spec.capacity then return take_from_level(spec, state, cost) end
  state.level = math.min(0, state.level + state.savings - cost)
  state.savings = 0
end

local function resize(spec, state, spared)
  local before, least, more = state.capacity, math.min(0, state.level), spec.capacity - state.capacity
  local was_full = state.level >= before and state.savings >= most_savings(state)
  if was_full and spared == 0 then
    state.level, state.savings = spec.capacity, most_savings(spec)
    return 0
  end
  local level = state.level + more
  if more > 0 then level = state.level + math.max(0, more - spared) end
  state.level = math.max(least, level)
  return math.max(0, spared - math.max(0, more)) + math.max(0, least - level)
end

local function fit(spec, state)
  state.level = math.min(state.level, spec.capacity)
  state.savings = math.min(state.savings, most_savings(spec))
end
`;
