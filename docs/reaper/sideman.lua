-- Sideman for REAPER: type chords, and a band is inserted at the edit cursor, in the project's tempo.
--
-- Install: Actions > Show action list > New action > Load ReaScript…, and give this file.
-- Where REAPER doesn't find `sideman`, put its full path between the quotes below.

local SIDEMAN = "sideman"
local SECTION = "sideman" -- where REAPER keeps what was typed last
local FIELDS = { "chords", "style", "seed" }
local CAPTIONS = "Chords or chart file,Style (empty: any),Seed (empty: another one),extrawidth=320,separator=\n"
local SECONDS = 120 -- at most, to compose

local function tell(text)
  reaper.ShowMessageBox(text, "Sideman", 0)
end

--- In double quotes, which every system's command line takes; what would end them is left out.
local function quoted(text)
  return '"' .. text:gsub('["\\`$\r\n]', "") .. '"'
end

--- What was typed last, a line a field.
local function remembered()
  local values = {}
  for index, field in ipairs(FIELDS) do
    values[index] = reaper.GetExtState(SECTION, field)
  end
  if values[1] == "" then values[1] = "C | Am | F | G7" end
  return table.concat(values, "\n")
end

--- Ask for chords, style and seed; nil where the person cancels.
local function ask()
  local ok, typed = reaper.GetUserInputs("Sideman", #FIELDS, CAPTIONS, remembered())
  if not ok then return nil end
  local values, index = {}, 1
  for value in (typed .. "\n"):gmatch("(.-)\n") do
    local field = FIELDS[index]
    if field then
      values[field] = value:match("^%s*(.-)%s*$")
      reaper.SetExtState(SECTION, field, values[field], true)
    end
    index = index + 1
  end
  return values
end

--- The command that composes into a file.
local function command(wishes, path)
  local parts = { quoted(SIDEMAN), "arrange", quoted(wishes.chords), "-o", quoted(path) }
  local function add(option, value)
    if value and value ~= "" then
      parts[#parts + 1] = option
      parts[#parts + 1] = quoted(value)
    end
  end
  add("--tempo", string.format("%.3f", reaper.Master_GetTempo()))
  add("--style", wishes.style)
  add("--seed", wishes.seed)
  return table.concat(parts, " ")
end

local function main()
  local wishes = ask()
  if wishes == nil then return end
  local folder = reaper.GetProjectPath()
  local path = string.format("%s/sideman-%d.mid", folder, math.floor(reaper.time_precise() * 1000))
  local answer = reaper.ExecProcess(command(wishes, path), SECONDS * 1000)
  if answer == nil then
    tell("'" .. SIDEMAN .. "' couldn't be run: put its full path into the first lines of this script.")
    return
  end
  local code, output = answer:match("^(%-?%d+)%s?(.*)$")
  if code ~= "0" or not reaper.file_exists(path) then
    tell(output ~= nil and output ~= "" and output or "Sideman gave no answer.")
    return
  end
  reaper.Undo_BeginBlock()
  reaper.InsertMedia(path, 1) -- on tracks of its own; REAPER asks whether each player gets one
  reaper.Undo_EndBlock("Sideman: a band", -1)
end

main()
