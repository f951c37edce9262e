local seed = 12345
local function rnd(n) seed = (seed * 1103515245 + 12345) % 2147483648 return seed % n end
for round = 1, 200 do
  local t = (round % 3 == 0) and {1,2,3,nil,5,a=1,b=2} or (round % 3 == 1) and {} or {x=1,y=2,z=3,10,20}
  for i = 1, rnd(120) do
    local k = rnd(6)
    local key
    if k == 0 then key = "k" .. rnd(40) elseif k == 1 then key = rnd(64) elseif k == 2 then key = rnd(100) / 8 elseif k == 3 then key = (rnd(2) == 0) elseif k == 4 then key = "averylongkeythatgoesbeyondthirtytwocharacters" .. rnd(30) else key = rnd(20) - 5 end
    if rnd(4) == 0 then t[key] = nil else t[key] = i end
  end
  local s = ""
  for k, v in pairs(t) do s = s .. tostring(k) .. "=" .. tostring(v) .. "," end
  print(#t, s)
end
