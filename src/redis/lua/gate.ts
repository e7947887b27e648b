/** All the limits of a lane or of a caller, taken all or none: `gate.ts`. */
export const gateLua: string = `
local DIMENSIONS = { 'requests', 'tokens', 'inputTokens', 'outputTokens', 'usd' }

local function longest(meters, cost, wait_of, now)
  local wait, dimension = 0, 'requests'
  for _, m in ipairs(meters) do
    local each = wait_of(m, cost[m.spec.dimension] or 0, now)
    if each > wait then wait, dimension = each, m.spec.dimension end
  end
  return wait, dimension
end

local function take_all(meters, cost, how, now)
  for _, m in ipairs(meters) do how(m, cost[m.spec.dimension] or 0, now) end
end

local function wait_behind(meters, cost, head, now)
  return longest(meters, cost, function(m, part)
    return wait_of_head_after(m, part, head[m.spec.dimension] or 0, now)
  end, now)
end

local function settle_all(meters, taken, actual, at, now)
  for _, m in ipairs(meters) do
    local dimension = m.spec.dimension
    local more = (actual[dimension] or 0) - (taken[dimension] or 0)
    if more ~= 0 then settle(m, more, at, now) end
  end
end

-- Daily quotas only where the refusal was for them: they would take a day to fill again. Dollars
-- are the user's own limit.
local function is_refused(id, state, is_daily, dimension)
  local each = string.match(id, '^[^/]+')
  return (state.windowMs > 60000) == is_daily and each ~= 'usd' and each == (dimension or each)
end

-- Those of the dimension that the refusal named, where there are any; else all.
local function drain_all(states, at, is_daily, dimension)
  local is_any = false
  for id, state in pairs(states) do
    if is_refused(id, state, is_daily, dimension) then
      refill(state, state, at)
      state.level, state.savings, is_any = math.min(0, state.level), 0, true
    end
  end
  if dimension and not is_any then drain_all(states, at, is_daily) end
end

local function size_of(meters, cost)
  if #meters == 0 then return 1 end
  local size = 0
  for _, m in ipairs(meters) do
    size = math.max(size, (cost[m.spec.dimension] or 0) / m.spec.bucket.perMs)
  end
  return size
end

local function add_cost(sum, cost)
  for _, dimension in ipairs(DIMENSIONS) do
    sum[dimension] = (sum[dimension] or 0) + (cost[dimension] or 0)
  end
end
`;
