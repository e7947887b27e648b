/** What has become of calls that were let through. */
export const notesLua: string = `
local apply = {}

function apply.answered(d, note)
  answered(d.s, note.epoch, #d.meters > 0, d.now)
end

function apply.ended(d, note)
  settle_all(d.meters, note.taken, note.actual, note.at, d.now)
  if not note.wasAnswered then forget(d.s, note.epoch) end
  note_flight(d.s, note.at, d.now)
  local caller = caller_of(d, note.key)
  if not caller then return end
  note_flight(caller.s, note.at, d.now)
  settle_all(caller.meters, note.keyTaken, note.keyActual, note.at, d.now)
end

function apply.seen(d, note)
  for _, sighting in ipairs(note.sightings) do
    local dimension = sighting.dimension
    local since = (d.s.taken[dimension] or 0) - (note.takenThen[dimension] or 0)
    for _, m in ipairs(d.meters) do
      -- Less than nothing since: it was let through before the lane's state was lost.
      if m.spec.id == sighting.id and since >= 0 then
        local reading = { limit = sighting.max, remaining = sighting.remaining }
        reading.sentAt, reading.takenSince = note.at, since
        reading.counted = sighting.counted
        observe(m, reading, d.now)
      end
    end
  end
end

function apply.refused(d, note)
  refused(d.s, note, d.now)
end

-- What a process has taken while nobody could be asked: of the bucket what has not come back, of
-- windows all of it.
function apply.used(d, note)
  for _, m in ipairs(d.meters) do
    local part = note.used[m.spec.id]
    if part then
      refill_meter(m, d.now)
      take_from_level(m.spec.bucket, m.state, part.level)
      enter(m, part.total, d.now)
    end
  end
end

function apply.left(d)
  d.me.ticket = nil
end

local function limit_in(limits, dimension, windowMs)
  for _, limit in ipairs(limits) do
    if limit.dimension == dimension and limit.windowMs == windowMs then return limit end
  end
end

-- Whether anything became less than it was.
local function is_stricter(new, old)
  if new.rateShare < (old and old.rateShare or 1) then return true end
  if new.strictness > (old and old.strictness or 0) then return true end
  for _, limit in ipairs(new.limits) do
    local before = old and limit_in(old.limits, limit.dimension, limit.windowMs)
    if old and (not before or limit.max < before.max) then return true end
  end
  return false
end

-- Who has learned it knows it, unless others have learned something else meanwhile.
function apply.learned(d, note)
  local s, learned = d.s, note.learned
  d.is_up_to_date = d.input.version >= s.version
  if is_stricter(learned, s.learned) then s.stricter = s.version + 1 end
  s.version = s.version + 1
  s.learned = learned
end

local function allows_too_much(d)
  local s = d.s
  if d.is_up_to_date or d.input.version >= s.version or not s.learned then return false end
  if d.input.version < s.stricter then return true end
  for _, m in ipairs(d.meters) do
    local limit = limit_in(s.learned.limits, m.spec.dimension, m.spec.windowMs)
    if limit and limit.max < m.spec.max then return true end
  end
  return false
end

local function note_all(d)
  for _, note in ipairs(d.input.notes) do apply[note.kind](d, note) end
end
`;
