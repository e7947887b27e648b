/** What every script needs: constants, and numbers as text that loses nothing. */
export const numbersLua: string = `
local FORMAT = 1
-- A head that waits less than this is not overtaken: the line stays a line.
local OVERTAKEN_AFTER = 100
local LONGEST_SLOT_WAIT = 50
local PROBE_WAIT = 100
local LEAST_WAIT = 5
-- A process whose turn it is comes within this, as a rule.
local LATE_AFTER = 25
-- A process that was last heard of so long ago sends nothing again that it had sent before.
local FORGET_AFTER = 600000
-- About 300 years: more than this is not a time to live.
local MOST_TTL = 1e13

-- Also valid JSON: what is too large for it reads as infinite.
local function exact(value)
  if value == math.huge then return '1e999' end
  return string.format('%.17g', value)
end
`;
