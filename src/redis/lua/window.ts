/**
 * The guards of `trailing-window.ts` and `fixed-window.ts`. A trailing window keeps slots
 * `{at, cost, at, cost, …}`: a cost joins the last slot while that began less than a 128th of the
 * span ago, and makes it later, which holds calls back longer, never lets one through too early.
 */
export const windowLua: string = `
local SLOTS = 128

local function new_window(now)
  return { total = 0, from = 0, slots = {}, used = now }
end

local function expire(w, span, now)
  local slots, dead = w.slots, 0
  while slots[dead + 1] and slots[dead + 1] + span <= now do
    w.total = w.total - slots[dead + 2]
    dead = dead + 2
  end
  if dead == 0 then return end
  local rest = {}
  for i = dead + 1, #slots do rest[#rest + 1] = slots[i] end
  w.slots = rest
  -- An empty window is exactly empty, whatever rounding has left in the sum.
  if #rest == 0 then w.total = 0 end
end

local function roll(w, span, now)
  local started = math.floor(now / span) * span
  if started <= w.from then return end
  w.from = started
  w.total = 0
end

local function trailing_wait(guard, w, cost, now, other)
  if cost == 0 then return 0 end
  if other > 0 and cost + other > guard.max then return guard.spanMs end
  local slots = w.slots
  if #slots == 0 then return 0 end
  local excess = w.total + cost + other - guard.max
  if excess <= slack(guard.max) then return 0 end
  for i = 1, #slots, 2 do
    excess = excess - slots[i + 1]
    if excess <= slack(guard.max) then return slots[i] + guard.spanMs - now end
  end
  return slots[#slots - 1] + guard.spanMs - now
end

local function fixed_wait(guard, w, cost, now, other)
  if cost == 0 then return 0 end
  local used = w.total + other
  if used == 0 or used + cost <= guard.max + slack(guard.max) then return 0 end
  return w.from + guard.spanMs - now
end

local function bring_up(guard, w, now)
  if guard.isFixed then roll(w, guard.spanMs, now) else expire(w, guard.spanMs, now) end
end

local function window_total(guard, w, now)
  bring_up(guard, w, now)
  return w.total
end

local function window_wait(guard, w, cost, now, other)
  bring_up(guard, w, now)
  if guard.isFixed then return fixed_wait(guard, w, cost, now, other) end
  return trailing_wait(guard, w, cost, now, other)
end

local function enter_slot(w, span, cost, now)
  local slots = w.slots
  local n = #slots
  local at = n > 0 and math.max(now, slots[n - 1]) or now
  if n > 0 and (slots[n - 1] == now or now - w.from < span / SLOTS) then
    slots[n - 1] = at
    slots[n] = slots[n] + cost
  else
    w.from = now
    slots[n + 1] = at
    slots[n + 2] = cost
  end
end

local function window_add(guard, w, cost, now)
  if cost == 0 then return end
  bring_up(guard, w, now)
  if not guard.isFixed then enter_slot(w, guard.spanMs, cost, now) end
  w.total = w.total + cost
end

local function remove_from_slots(guard, w, cost, at, now)
  local slots = w.slots
  local i = #slots - 1
  if i < 1 or slots[i] < at or at <= now - guard.spanMs then return end
  while i > 2 and slots[i - 2] >= at do i = i - 2 end
  local removed = math.min(cost, slots[i + 1])
  slots[i + 1] = slots[i + 1] - removed
  w.total = w.total - removed
end

local function window_remove(guard, w, cost, at, now)
  bring_up(guard, w, now)
  if not guard.isFixed then return remove_from_slots(guard, w, cost, at, now) end
  if at >= w.from then w.total = math.max(0, w.total - cost) end
end
`;
