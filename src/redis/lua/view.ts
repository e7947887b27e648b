/** What the server is believed to have left of a limit: `server-view.ts`. */
export const viewLua: string = `
local function rate_per_ms(spec, view)
  return view.limit / spec.windowMs
end

local function refill_per_ms(spec, view)
  return math.max(0.1 * rate_per_ms(spec, view), rate_per_ms(spec, view) - view.others)
end

local function margin(spec, view)
  return 0.25 * spec.headroom * view.limit + 1000 * view.others
end

local function refill_view(spec, view, now)
  if now <= view.at then return end
  view.level = math.min(view.limit, view.level + refill_per_ms(spec, view) * (now - view.at))
  view.at = now
end

local function reckoned(spec, view, reading, now)
  local refilled = refill_per_ms(spec, view) * math.max(0, now - reading.sentAt)
  return math.min(view.limit, reading.remaining + refilled - reading.takenSince)
end

local function new_view(spec, reading, now)
  local view = { limit = reading.limit, at = now, others = 0, unexplained = 0, learnedAt = now }
  view.level = reckoned(spec, view, reading, now)
  return view
end

local function learn_others(spec, view, remaining, now)
  local unexplained, rate = view.unexplained, rate_per_ms(spec, view)
  local per_ms = unexplained / (now - view.learnedAt)
  view.unexplained, view.learnedAt = 0, now
  if remaining > view.limit - 2000 * rate then view.others = view.others * 0.98
  elseif math.abs(unexplained) > math.max(2, 0.0005 * view.limit) then
    view.others = math.min(rate, math.max(0, view.others + 0.1 * per_ms))
  end
end

local function observe_view(spec, view, reading, now)
  local is_same = reading.limit == view.limit
  view.limit = reading.limit
  refill_view(spec, view, now)
  local surprise = reckoned(spec, view, reading, now) - view.level
  local correction = surprise < 0 and surprise or surprise * 0.25
  view.level = view.level + correction
  if is_same then view.unexplained = view.unexplained - correction end
  if now - view.learnedAt >= 1000 then learn_others(spec, view, reading.remaining, now) end
end

-- What merely flows in late is no use of others': they were counted to use this share.
local function limit_others(spec, view, share)
  view.others = math.min(view.others, (0.1 + 1.5 * share) * rate_per_ms(spec, view))
end

local function view_wait(spec, view, cost, now)
  refill_view(spec, view, now)
  local missing = math.min(view.limit, cost + margin(spec, view)) - view.level
  if missing <= slack(cost) then return 0 end
  return missing / refill_per_ms(spec, view)
end

local function view_take(spec, view, cost, now)
  refill_view(spec, view, now)
  view.level = view.level - cost
end

local function view_level(spec, view, now)
  refill_view(spec, view, now)
  return view.level - margin(spec, view)
end
`;
