import { WIDE_OPEN } from '../../lane/recovery.ts';

/** When a lane stops for the provider's refusals, and how it finds back: `recovery.ts`. */
export const recoveryLua: string = `
local function answered(s, epoch, is_paced, now)
  if epoch ~= s.epoch then return end
  s.streak = 0
  if s.phase ~= 'probing' then return end
  s.unanswered = s.unanswered - 1
  s.allowed = s.allowed + 1
  s.stepped = now
  if is_paced or s.allowed > ${WIDE_OPEN} then s.phase = 'open' end
end

local function forget(s, epoch)
  if epoch == s.epoch and s.phase == 'probing' then s.unanswered = s.unanswered - 1 end
end

local function refused(s, note, now)
  -- An epoch that never was: the lane's state was lost since.
  if note.epoch > s.epoch then s.epoch = note.epoch end
  if note.epoch ~= s.epoch then return end
  local backoff = math.min(30000, 1000 * 2 ^ s.streak)
  local floor = s.streak == 0 and 0 or math.min(30000, 500 * 2 ^ (s.streak - 1))
  s.cause, s.dimension, s.since = note.cause, note.dimension, now
  s.untilMs = now + math.max(note.retryAfterMs or backoff, floor)
  s.epoch = s.epoch + 1
  s.streak = s.streak + 1
  s.phase = 'paused'
end

-- Ends a pause that is over; and where no answer comes for a second, twice as many calls may go.
local function tick(s, now)
  if s.phase == 'paused' and now >= s.untilMs then
    if s.cause ~= 'capacity' then drain_all(s.meters, s.untilMs, s.cause == 'daily', s.dimension) end
    s.phase, s.allowed, s.unanswered, s.stepped = 'probing', 1, 0, now
  elseif s.phase == 'probing' and s.unanswered >= s.allowed and now - s.stepped >= 1000 then
    s.allowed, s.stepped = s.allowed * 2, now
  end
end

local function is_passable(s)
  return s.phase == 'open' or (s.phase == 'probing' and s.unanswered < s.allowed)
end

local function is_probe(s)
  return s.phase == 'probing' and s.allowed == 1
end

local function start(s, now)
  if s.phase ~= 'probing' then return end
  s.unanswered = s.unanswered + 1
  s.stepped = now
end

local function recall_pause(s, memo, now)
  if memo.epoch <= s.epoch then return end
  s.epoch = memo.epoch
  local pause = memo.pause
  if not pause then return end
  s.cause, s.since, s.untilMs = pause.cause, pause.since, pause['until']
  if pause['until'] > now then s.phase = 'paused' end
end
`;
