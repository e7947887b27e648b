/**
 * The answer as JSON. Numbers are written with 17 digits, so that nothing is lost; `cjson` would
 * write 14.
 */
export const answerLua: string = `
local function list_json(list, write)
  local parts = {}
  for i, item in ipairs(list) do parts[i] = write(item) end
  return '[' .. table.concat(parts, ',') .. ']'
end

local function map_json(map, write)
  local parts = {}
  for key, value in pairs(map) do
    parts[#parts + 1] = cjson.encode(key) .. ':' .. write(value)
  end
  return '{' .. table.concat(parts, ',') .. '}'
end

local function write(value)
  if type(value) == 'number' then return exact(value) end
  return cjson.encode(value)
end

local function object_json(map) return map_json(map, write) end

local function granted_json(d, each)
  return '{"index":' .. (each.index - 1) .. ',"taken":' .. object_json(each.taken) .. '}'
end

local function held_json(each)
  return object_json({ index = each.index - 1, waitMs = each.wait, dimension = each.dimension })
end

local function first_json(first)
  return object_json({ index = first.index - 1, waitMs = first.wait, reason = first.reason })
end

local function pause_json(s)
  if not s.cause then return 'null' end
  return object_json({ epoch = s.epoch, cause = s.cause, since = s.since, ['until'] = s.untilMs })
end

local function learned_json(s, version)
  if version >= s.version or not s.learned then return 'null' end
  local learned = s.learned
  return '{"version":' .. exact(s.version) .. ',"limits":' .. list_json(learned.limits, object_json)
    .. ',"rateShare":' .. exact(learned.rateShare)
    .. ',"strictness":' .. exact(learned.strictness) .. '}'
end

local function levels_of(meters, now)
  local levels = {}
  for _, m in ipairs(meters) do levels[m.spec.id] = level(m, now) end
  return levels
end

local function left_json(meters, now)
  local left = {}
  for _, m in ipairs(meters) do
    left[m.spec.id] = { level = level(m, now), resetMs = reset_of(m, now) }
  end
  return map_json(left, object_json)
end

local function left_of_callers_json(d)
  local left = {}
  for _, caller in pairs(d.callers) do
    if caller and #caller.meters > 0 then left[caller.spec.id] = caller.meters end
  end
  return map_json(left, function(meters) return left_json(meters, d.now) end)
end

local function memo_meters_json(meters, now)
  return '{' .. table.concat((function()
    local parts = {}
    for i, m in ipairs(meters) do
      local totals = {}
      refill_meter(m, now)
      for _, guard in ipairs(m.spec.guards) do
        local id = (guard.isFixed and 'f' or 't') .. guard.spanMs
        totals[id] = window_total(guard, window_of(m.state, guard, now), now)
      end
      parts[i] = cjson.encode(m.spec.id) .. ':{"level":' .. exact(m.state.level)
        .. ',"totals":' .. object_json(totals) .. '}'
    end
    return parts
  end)(), ',') .. '}'
end

-- What a process needs to know if the server forgets: handed back as it is.
local function lane_memo(d)
  return '{"at":' .. exact(d.now) .. ',"epoch":' .. exact(d.s.epoch) .. ',"pause":'
    .. pause_json(d.s) .. ',"meters":' .. memo_meters_json(d.meters, d.now) .. '}'
end

local function caller_memos_json(d)
  local memos = {}
  for j, caller in pairs(d.callers) do
    if caller and #caller.meters > 0 then
      memos[caller.spec.id] = '{"at":' .. exact(d.now) .. ',"meters":'
        .. memo_meters_json(caller.meters, d.now) .. '}'
    end
  end
  return object_json(memos)
end

local function instances(s, lease, now)
  local n = 0
  for _, p in pairs(s.members) do
    if now - p.seen <= lease then n = n + 1 end
  end
  return n
end

-- Whether somebody may wait for a slot: as who asked last has said.
local function is_full(s, lease, now)
  return s.most ~= nil and in_flight(s.members, lease, now) >= s.most
end

local function answer_json(d)
  local s = d.s
  local wait = d.wait and object_json({ waitMs = d.wait, reason = d.reason }) or 'null'
  local head = d.head and object_json({ index = d.head.index - 1, by = d.head.by }) or 'null'
  return '{"now":' .. exact(d.now) .. ',"bornAt":' .. exact(s.store_born) .. ',"epoch":' .. exact(s.epoch)
    .. ',"isFull":' .. tostring(is_full(s, d.input.leaseMs, d.now))
    .. ',"hasTicket":' .. tostring(d.me.ticket ~= nil)
    .. ',"granted":' .. list_json(d.granted, function(each) return granted_json(d, each) end)
    .. ',"held":' .. list_json(d.held, held_json)
    .. ',"wait":' .. wait .. ',"first":' .. (d.waiting and first_json(d.waiting) or 'null')
    .. ',"head":' .. head .. ',"pause":' .. pause_json(s)
    .. ',"learned":' .. learned_json(s, d.input.version)
    .. ',"levels":' .. object_json(levels_of(d.meters, d.now))
    .. ',"left":' .. left_of_callers_json(d)
    .. ',"instances":' .. instances(s, d.input.leaseMs, d.now)
    .. ',"memo":' .. cjson.encode(lane_memo(d)) .. ',"callers":' .. caller_memos_json(d) .. '}'
end
`;
