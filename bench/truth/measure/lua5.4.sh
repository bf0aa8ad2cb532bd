# shellcheck shell=bash
# lua5.4: an interpreter and its compiler. Computing scripts; files, commands, slow pipes and a server behind a link.
build() {
    make clean
    make -j2 linux
}

prepare() {
    mkdir "$WORK/site" "$WORK/lua"
    make_text 3 "$WORK/site/text"
    seq 1 20000 | awk '{print $1 * 7919 % 10007, $1 / 3, -$1}' >"$WORK/numbers"
    (cd "$WORK/lua" && scripts)
}

scripts() {
    cat >strings.lua <<'LUA'
local f = assert(io.open(arg[1]))
local text = f:read("a"):sub(1, 300000)
f:close()
local words, n = {}, 0
for w in text:gmatch("[%a_][%w_]*") do words[w] = (words[w] or 0) + 1; n = n + 1 end
local sorted = {}
for w, c in pairs(words) do sorted[#sorted + 1] = {w, c} end
table.sort(sorted, function(a, b) return a[2] > b[2] or a[2] == b[2] and a[1] < b[1] end)
for i = 1, 10 do io.write(string.format("%-20s %5d %5.1f%%\n", sorted[i][1], sorted[i][2], 100 * sorted[i][2] / n)) end
print(#text:upper(), #text:lower(), #text:reverse(), #text:rep(3, ","))
print(select(2, text:gsub("%s+", " ")), select(2, text:gsub("(%w+)%((.-)%)", "%2(%1)")))
print(select(2, text:gsub("%w+", {["if"] = "IF", ["for"] = "FOR"})), select(2, text:gsub("%d+", function(d) return d + 1 end)))
print(text:find("struct", 1, true), text:find("no such text", 1, true), text:match("#include%s*[<\"](.-)[>\"]"), text:find("%b{}"), text:find("%f[%w]int"))
local packed = {}
for i = 1, 3000 do packed[i] = string.pack("<i4dzs2", i, i / 3, "name" .. i, ("x"):rep(i % 30)) end
local sum = 0
for i = 1, 3000 do local a, b, c, d = string.unpack("<i4dzs2", packed[i]); sum = sum + a + b + #c + #d end
print(sum, string.packsize("i4i8d"), #string.format("%q", text:sub(1, 2000)), ("%5.2f|%x|%a|%s|%c|%i|%g"):format(1 / 3, 255, 0.1, {} ~= nil, 65, 7, 1e100))
local bytes = {text:byte(1, 200)}
print(#string.char(table.unpack(bytes)), utf8.char(228, 8364, 128512), utf8.len("äöü€"), utf8.codepoint("é", 1), utf8.offset("aäö", 3))
for _, c in utf8.codes(("aé€"):rep(500)) do sum = sum + c end
for i = 1, 4000 do local s = tostring(i) .. ":" .. tostring(i / 7); sum = sum + tonumber(s:match(":(.*)")) + (tonumber("0x" .. i, 16) or 0) + tonumber("1e" .. i % 9) end
print(sum, "10" + 5, "3" * "4", 10 .. 20, math.tointeger("8"), tonumber("z", 36), tonumber("nope"))
LUA
    cat >tables.lua <<'LUA'
math.randomseed(42)
local t = {}
for i = 1, 60000 do t[i] = math.random(1, 1000000) end
table.sort(t)
table.sort(t, function(a, b) return a > b end)
for i = 1, 300 do table.insert(t, 1, i); table.insert(t, i) end
for i = 1, 300 do table.remove(t, 1); table.remove(t) end
print(#t, #table.concat(t, ","), select("#", table.unpack(t, 1, 200)), #table.move(t, 1, 5000, 10000, {}), table.pack(1, nil, 3).n)
local sieve, primes = {}, 0
for i = 2, 300000 do sieve[i] = true end
for i = 2, 300000 do if sieve[i] then primes = primes + 1; for j = i * i, 300000, i do sieve[j] = false end end end
local h = {}
for i = 1, 50000 do h["k" .. i % 3000] = (h["k" .. i % 3000] or 0) + i; h[i * 1.5] = i; h[i % 7 == 0] = i end
for k in pairs(h) do if type(k) == "number" then h[k] = nil end end
local n, k = 0, next(h)
while k do n = n + 1; k = next(h, k) end
local Account = {}
Account.__index = Account
Account.__add = function(a, b) return Account.new(a.v + b.v) end
Account.__eq = function(a, b) return a.v == b.v end
Account.__lt = function(a, b) return a.v < b.v end
Account.__le = function(a, b) return a.v <= b.v end
Account.__concat = function(a, b) return tostring(a) .. tostring(b) end
Account.__tostring = function(a) return "A" .. a.v end
Account.__len = function(a) return a.v end
Account.__call = function(a, x) return a.v + x end
Account.__close = function() n = n + 1 end
function Account.new(v) return setmetatable({v = v}, Account) end
local sum = Account.new(0)
for i = 1, 20000 do local a <close> = Account.new(i); sum = sum + a; if sum < a or sum <= a or sum == a then n = n + a(1) + #a end end
print(primes, n, tostring(sum), sum .. sum, rawlen(t), rawequal(sum, sum), rawget(sum, "v"), getmetatable(sum) == Account)
local proxy = setmetatable({}, {__index = function(_, key) return key * 2 end, __newindex = function(s, key, v) rawset(s, key, v + 1) end,
    __pairs = function() return next, {1, 2, 3}, nil end, __unm = function() return 1 end, __idiv = function() return 2 end, __band = function() return 3 end})
for i = 1, 5000 do local _ = proxy[i + 5000]; proxy[i] = i end
for _ in pairs(proxy) do n = n + 1 end
print(-proxy, proxy // 1, proxy & 1, 7 // 2, 7.5 // 2, -7 % 3, 2 ^ 10, 5 & 3 | 8 ~ 1, ~5, 1 << 40, 3 % -2.5, math.ult(1, -1), math.type(1.0))
local weak = setmetatable({}, {__mode = "k"})
local strong = setmetatable({}, {__mode = "v"})
for i = 1, 30000 do weak[{}] = i; strong[i] = {i}; setmetatable({}, {__gc = i % 100 == 0 and function() n = n + 1 end or nil}) end
collectgarbage()
collectgarbage("generational")
for i = 1, 100000 do local s = {i, tostring(i)}; h[i % 100] = s end
collectgarbage("incremental", 100, 200)
for i = 1, 100000 do local s = {i, i .. "x"}; h[i % 100] = s end
collectgarbage("step", 10); collectgarbage("stop"); collectgarbage("restart")
print(collectgarbage("count") > 0, collectgarbage("isrunning"), n > 0)
LUA
    cat >control.lua <<'LUA'
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local function tail(n, a) if n == 0 then return a end return tail(n - 1, a + n) end
local function sum(...) local s = 0 for i = 1, select("#", ...) do s = s + (select(i, ...)) end return s end
print(fib(24), tail(200000, 0), sum(1, 2, 3, 4.5), sum(table.unpack({1, 2, 3}, 1, 3)))
local function counter() local c = 0; return function() c = c + 1; return c end, function() return c end end
local total = 0
for _ = 1, 5000 do local up, get = counter(); up(); up(); total = total + get() end
local gen = coroutine.wrap(function() for i = 1, 30000 do coroutine.yield(i) end end)
for v in gen do total = total + v end
for i = 1, 2000 do
    local co = coroutine.create(function(a) local b = coroutine.yield(a + 1); if b > 1500 then error({code = b}) end; return b, coroutine.running() end)
    coroutine.resume(co, i); local ok = coroutine.resume(co, i); if not ok then total = total + 1 end
    coroutine.status(co); if i % 2 == 0 then coroutine.close(co) end
end
coroutine.wrap(function() pcall(function() coroutine.yield(); error("after") end) end)()
for i = 1, 5000 do pcall(error, "x" .. i); pcall(function() local t = nil; return t.x end); xpcall(function() return 1 + {} end, function(m) return #m end) end
print(xpcall(fib, debug.traceback, "x"), pcall(string.rep), pcall(string.rep, "x", -1), select(2, pcall(error)), pcall(setmetatable, 1, 2))
local function deep(n) return 1 + deep(n + 1) end
print(pcall(deep, 1))
print(pcall(string.rep, "abc", 1 << 60), ("x"):rep(120):find(".-.-b"), pcall(string.find, "x", "[x"))
goto done
do total = 0 end
::done::
local parts = {}
for i = 1, 4000 do parts[#parts + 1] = ("local function f%d(a, b) local t = {a, b, n = %d, ['k%d'] = a}; if a > b and t.n ~= 3 then return a * %d + #t else while b < 3 do b = b + 1 end; repeat a = a - 1 until a < 0; return 'x' .. b, [[long]], 0x%xp3 end end"):format(i % 150, i, i, i, i) .. (i % 150 == 149 and " do end" or "") end
local src = {}
for i = 1, #parts, 100 do src[#src + 1] = "do " .. table.concat(parts, "\n", i, i + 99) .. " end" end
local chunk = assert(load(table.concat(src, "\n"), "big", "t", {}))
chunk()
local dumped = string.dump(chunk)
local again = assert(load(dumped, "again", "b"))
again()
local i = 0
print(#dumped, load(function() i = i + 1; return ({"return ", "1 + ", "41"})[i] end)(), load("return +"), load("x ="), load("for"), load("'open"), load("goto nowhere"), load("\27Lua"))
debug.sethook(function() total = total + 1 end, "crl", 100); fib(12); debug.sethook()
local info = debug.getinfo(fib, "SlnutL"); print(info.short_src, info.linedefined, info.nups, debug.getlocal(fib, 1), debug.getupvalue(counter, 1), debug.gethook())
for n = 1, 300 do debug.traceback("m", 1); debug.getinfo(1, "nSl"); math.floor(n / 3); math.sin(n); math.max(n, 3, 2); math.fmod(n, 7); math.sqrt(n); math.log(n, 2); math.abs(-n); math.exp(1); math.random() end
print(total, os.time{year = 2020, month = 2, day = 30, hour = 12}, os.date("!%Y-%m-%d %H:%M:%S", 86400), os.date("*t").year > 2000, os.getenv("HOME"), os.getenv("NOTHING"), os.clock() > 0, os.difftime(2, 1), os.setlocale("C"), require("module").name, package.searchpath("module", package.path), pcall(require, "missing"))
warn("@on"); warn("a ", "warning")
LUA
    cat >files.lua <<'LUA'
local dir, text, numbers = arg[1], arg[2], arg[3]
local n = 0
for line in io.lines(text) do n = n + #line end
for line in io.lines(text, "L") do n = n + #line end
for chunk in io.lines(text, 4096) do n = n + #chunk end
local f = assert(io.open(numbers))
while true do local a, b, c = f:read("n", "n", "n"); if not a then break end; n = n + a + b + c end
print(n, f:seek("set", 10), f:seek("cur"), f:seek("end"), f:read(0), f:read("l"), f:close(), io.type(f), pcall(f.read, f))
for _, mode in ipairs{"no", "full", "line"} do
    local out = assert(io.open(dir .. "/out." .. mode, "w"))
    out:setvbuf(mode, 4096)
    for i = 1, 3000 do out:write("line ", i, " ", i / 7, "\n") end
    out:flush(); out:close()
end
local both = assert(io.open(dir .. "/out.full", "r+b")); both:seek("set", 100); both:write("changed"); both:seek("set", 0); print(#both:read("a")); both:close()
io.output(dir .. "/copy"); io.input(dir .. "/out.line")
for line in io.lines() do io.write(line, "\n") end
io.close(); io.output(io.stdout); io.input(io.stdin)
local t = io.tmpfile(); t:write(("x"):rep(100000)); t:seek("set"); print(#t:read("a")); t:close()
local big = assert(io.open(dir .. "/big", "wb")); for _ = 1, 20 do big:write(("0123456789abcdef"):rep(16384)) end; big:close()
print(os.rename(dir .. "/big", dir .. "/moved"), os.remove(dir .. "/moved"), os.remove(dir .. "/gone"), os.rename(dir .. "/gone", "x"), os.remove(os.tmpname()), io.open("/no/such/file"), pcall(io.lines, "/no/such"), loadfile("/no/such"))
for i = 1, 30 do local name = dir .. "/small" .. i; local s = io.open(name, "w"); s:write("return ", i); s:close(); n = n + dofile(name) + loadfile(name)(); os.remove(name) end
LUA
    cat >commands.lua <<'LUA'
for i = 1, 12 do
    local p = io.popen("sleep 0.0" .. i % 5 .. "; echo result " .. i); local line = p:read("l"); p:close()
    os.execute("sleep 0.01"); if i % 4 == 0 then print(line, os.execute("exit 3")) end
end
for line in io.popen("for i in 1 2 3 4 5 6; do echo $i; sleep 0.02; done"):lines() do io.write(line, " ") end
local out = io.popen("while read l; do sleep 0.002; done", "w")
for i = 1, 100 do out:write("to a slow reader ", ("y"):rep(3000), i, "\n") end
out:close(); print(os.execute(), os.execute("kill -9 $$"))
LUA
    cat >slow.lua <<'LUA'
local n, first = 0, io.read("n")
io.read("l"); n = n + #io.read("l") + #io.read("L") + #io.read(10)
for _ = 1, 10 do n = n + #(io.read() or "") end
for line in io.lines() do n = n + #line; io.stdout:write("."):flush() end
print(first, n, io.read("a"), io.read("l"))
LUA
    echo 'return {name = ...}' >module.lua
}

work() {
    local lua=$TREE/src/lua luac=$TREE/src/luac
    export LUA_PATH="$WORK/lua/?.lua"
    cd "$WORK/lua"
    "$lua" strings.lua "$WORK/site/text"
    "$lua" tables.lua
    "$lua" -W control.lua
    "$lua" files.lua "$RUN" "$WORK/site/text" "$WORK/numbers"
    "$lua" commands.lua
    for i in strings tables control files commands slow; do
        "$luac" -o "$RUN/$i.luac" $i.lua
        "$luac" -s -l -l -o "$RUN/$i.stripped" $i.lua >"$RUN/$i.listing"
        "$luac" -p $i.lua
    done
    "$lua" "$RUN/tables.luac" >/dev/null
    "$lua" "$RUN/control.stripped" >/dev/null
    # input that arrives slowly: data, a program, a session, and a server
    { echo 42; for i in $(seq 60); do echo "line $i of a slow writer"; sleep 0.01; done; } | "$lua" slow.lua
    for i in $(seq 10); do echo "x = (x or 0) + $i"; sleep 0.005; done | "$lua" -
    for i in $(seq 25); do printf 'x = %d\nx * 2\nfor i = 1, 2 do\nend\nx +\n1\nnonsense!\nerror(x)\n' "$i"; sleep 0.02; done | "$lua" -i 2>&1 | tail -1
    for i in $(seq 5); do cat slow.lua; sleep 0.005; done | "$luac" -p -
    for i in $(seq 60); do echo "local function f$i()"; cat tables.lua strings.lua; echo end; done >"$RUN/large.lua"
    "$luac" -o "$RUN/large.luac" "$RUN/large.lua"
    start b python3 -m http.server -d "$WORK/site" --bind 10.77.0.2 8000 2>/dev/null
    local origin=$!
    wait_for_port b 10.77.0.2 8000
    client curl -s http://10.77.0.2:8000/text | "$lua" -e 'local n = 0; for l in io.lines() do n = n + #l end; print(n)'
    client curl -s http://10.77.0.2:8000/text | "$lua" -e 'local n = 0; while true do local b = io.read(5000); if not b then break end; n = n + #b end; print(n)'
    client "$lua" -e 'for i = 1, 8 do local p = io.popen("curl -s http://10.77.0.2:8000/"); print(#p:read("a")); p:close() end'
    kill "$origin"
    "$lua" -e 'for i = 1, 60000 do io.write(i, " ", i / 3, "\n") end' | while read -r -N 20000 _; do sleep 0.01; done
    "$lua" -v -l module=module -e 'print(module.name)' -- /dev/null
    ! "$lua" -e 'error("at the end")'
    ! "$lua" -z
    ! "$luac" -p "$WORK/numbers"
    for i in $(seq 10); do "$lua" -e "print($i, math.pi, #arg)" >/dev/null; done
}
