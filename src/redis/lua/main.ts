/** One batch of notes and at most one question, in one run of the script. */
export const mainLua: string = `
local function new_lane(now)
  local store_born, doubted_until = store_birth(now)
  return {
    store_born = store_born, doubted_until = doubted_until,
    format = FORMAT, born = now, at = now, virtual = 0, taken = {}, meters = {}, members = {}, passing = {},
    phase = 'open', epoch = 0, streak = 0, allowed = 0, unanswered = 0, stepped = now,
    version = 0, stricter = 0,
  }
end

local function open_lane(input, now)
  local s = load_state(KEYS[1], now) or new_lane(now)
  local memo = input.memo and input.memoAt < s.born and cjson.decode(input.memo) or nil
  if memo then
    recall_pause(s, memo, now)
    if now - input.memoAt < NEWS_LASTS then s.doubted_until = now end
  end
  s.version = math.max(s.version, input.version)
  tick(s, now)
  drop_lapsed(s, input, now)
  return s, open_meters(s.meters, input.meters, s.born, memo, now)
end

local function member(s, input, now)
  local me = s.members[input.pid] or { n = 0, seq = 0 }
  s.members[input.pid] = me
  me.seen = now
  return me
end

local function open_question(input, now)
  local s, meters = open_lane(input, now)
  local d = {
    input = input, now = now, s = s, meters = meters, me = member(s, input, now),
    ask = input.ask, candidates = input.ask and input.ask.candidates,
    callers = {}, finish = {}, turned = {}, blocked = {},
    granted = {}, held = {}, is_granted = {}, is_held = {},
  }
  return d
end

-- A batch that came before has been applied, and is answered as it was, if it let calls through.
local function earlier_answer(seq)
  local text = redis.call('GET', KEYS[2])
  local at = text and string.find(text, ' ', 1, true)
  if at and tonumber(string.sub(text, 1, at - 1)) == seq then return string.sub(text, at + 1) end
end

local function turn_down(d, wait)
  d.first = ticket_of(d, d.candidates[1])
  d.first.due = d.now + wait
  d.me.ticket = d.first
  d.wait, d.reason = wait, 'queue'
  d.waiting = { index = 1, wait = wait, reason = 'queue' }
end

local function hear(d)
  d.me.n = d.input.inFlight
  if d.input.seq > d.me.seq then note_all(d) end
  d.me.seq = d.input.seq
  for j, spec in ipairs(d.input.keys) do
    if spec.isKept then caller_of(d, j) end
  end
  if not d.ask then return end
  d.in_flight = in_flight(d.s.members, d.input.leaseMs, d.now)
  d.s.most = d.ask.concurrency
  local doubted = d.s.doubted_until - d.now
  if #d.candidates == 0 then decide(d)
  elseif doubted > 0 and d.s.phase ~= 'paused' then turn_down(d, doubted)
  elseif allows_too_much(d) then turn_down(d, 0)
  else decide(d) end
end

local function lifetime(d)
  local s, input = d.s, d.input
  local pause = s.phase == 'paused' and s.untilMs - d.now or 0
  return math.max(time_to_full(s.meters, d.now), pause + 60000, 4 * input.leaseMs, FORGET_AFTER)
end

local function save(d, text)
  local ttl = lifetime(d)
  drop_unused(d.s.meters, d.now)
  save_state(KEYS[1], d.s, d.now, ttl)
  for j, caller in pairs(d.callers) do
    if caller then save_caller(d, j, caller) end
  end
  for j in pairs(d.turned) do save_turn(d, j, ttl) end
  if #d.granted == 0 then return end
  local ms = string.format('%.0f', 4 * d.input.leaseMs)
  redis.call('SET', KEYS[2], d.input.seq .. ' ' .. text, 'PX', ms)
end

local input = cjson.decode(ARGV[1])
local d = open_question(input, server_time())
if input.seq < d.me.seq then return '{"isStale":true}' end
local earlier = input.seq == d.me.seq and earlier_answer(input.seq)
if earlier then return earlier end
hear(d)
local text = answer_json(d)
save(d, text)
return text
`;
