/**
 * A server that takes over from another may have an earlier clock. What it finds is moved back by
 * the difference, so that nothing waits for times that are long to come.
 */
export const timeLua: string = `
local function server_time()
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000
end

local function shift_window(id, w, ms)
  w.used = w.used - ms
  if string.sub(id, 1, 1) == 'f' then
    local span = tonumber(string.sub(id, 2))
    w.from = math.floor((w.from - ms) / span) * span
    return
  end
  w.from = w.from - ms
  for i = 1, #w.slots, 2 do w.slots[i] = w.slots[i] - ms end
end

local function shift_fields(t, names, ms)
  for _, name in ipairs(names) do
    if t[name] then t[name] = t[name] - ms end
  end
end

local function shift_meters(states, ms)
  for _, state in pairs(states) do
    shift_fields(state, { 'at', 'used', 'sparedAt' }, ms)
    if state.view then shift_fields(state.view, { 'at' }, ms) end
    for id, w in pairs(state.windows) do shift_window(id, w, ms) end
  end
end

local function load_state(key, now)
  local blob = redis.call('GET', key)
  local s = blob and cmsgpack.unpack(blob)
  if not s or s.format ~= FORMAT then return nil end
  if s.at <= now then return s end
  local ms = s.at - now
  shift_meters(s.meters, ms)
  shift_fields(s, { 'born', 'doubted_until', 'since', 'untilMs', 'stepped' }, ms)
  for _, p in pairs(s.members) do
    shift_fields(p, { 'seen' }, ms)
    if p.ticket then shift_fields(p.ticket, { 'at', 'by', 'due' }, ms) end
  end
  return s
end

local function save_state(key, s, now, ttl)
  s.at = now
  local longest = math.min(math.ceil(ttl), MOST_TTL)
  redis.call('SET', key, cmsgpack.pack(s), 'PX', string.format('%.0f', longest))
end
`;
