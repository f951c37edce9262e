-- Runs a script and shows its results, or its error, as json_test.go does.
local function quote(s)
  return '"'..string.gsub(s, '[%z\1-\31"\\\127-\255]', function(c)
    return string.format('\\x%02x', string.byte(c))
  end)..'"'
end
local function show(v, depth)
  local t = type(v)
  if t == 'string' then return quote(v) end
  if t == 'number' then return v ~= v and 'nan' or string.format('%.17g', v) end
  if t == 'boolean' or t == 'nil' or t == 'userdata' then return tostring(v) end
  if t ~= 'table' then return t end
  if depth > 20 then return '{...}' end
  local r = {}
  for k, x in pairs(v) do
    r[#r+1] = '['..show(k, depth+1)..']='..show(x, depth+1)
  end
  return '{'..table.concat(r, ',')..'}'
end
local f, e = loadstring('local rep, sub = string.rep, string.sub '..ARGV[1], '@user_script')
if not f then return 'compile: '..quote(e) end
local r = {n=0}
local function keep(...) r = {n=select('#', ...), ...} end
keep(pcall(f))
if not r[1] then return 'error: '..quote(r[2]) end
local o = {}
for i = 2, r.n do o[#o+1] = show(r[i], 0) end
return table.concat(o, ' ')
