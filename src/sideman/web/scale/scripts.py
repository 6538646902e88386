"""What happens in Redis in one step, as Lua. Knows keys; :mod:`~sideman.web.scale.queue` says what they mean.

``job:ID`` is a hash, ``bars:ID`` the stream of its events, whose ids are ``NUMBER-0``. ``owners:FIT`` has the sessions
with work that fits one kind of worker, whose turn is next first, ``line:FIT:SESSION`` their jobs; ``takes`` counts
what waits by kind, ``mine`` what is unfinished by session. ``leases`` says until when a job is its worker's.
"""

from __future__ import annotations

COMMON = """
local P = 'sideman:'
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function job(id) return P .. 'job:' .. id end
local function line(fit, session) return P .. 'line:' .. fit .. ':' .. session end
local function owners(fit) return P .. 'owners:' .. fit end
local function news(fit) redis.call('XADD', P .. 'news:' .. fit, 'MAXLEN', '~', 8, '*', 'n', 1) end
local function last(id)
  local entry = redis.call('XREVRANGE', P .. 'bars:' .. id, '+', '-', 'COUNT', 1)
  return #entry == 0 and 0 or tonumber(string.match(entry[1][1], '%d+'))
end
local function tell(id, number, kind, data)
  if number > last(id) then redis.call('XADD', P .. 'bars:' .. id, number .. '-0', 'kind', kind, 'data', data) end
end
local function again(id, is_blamed)
  local fit, session, size, attempts, begun, from =
    unpack(redis.call('HMGET', job(id), 'fit', 'session', 'size', 'attempts', 'begun', 'from'))
  redis.call('ZREM', P .. 'leases', id)
  if not fit then return end
  attempts = tonumber(attempts)
  if is_blamed and begun == '1' then  -- a bar more than before: it was not its fault
    if last(id) > tonumber(from) then attempts = 0 end
  else attempts = attempts - 1 end
  redis.call('HSET', job(id), 'state', 'waiting', 'worker', '', 'since', now, 'attempts', attempts)
  if redis.call('LPUSH', line(fit, session), id) == 1 then redis.call('LPUSH', owners(fit), session) end
  redis.call('HINCRBY', P .. 'takes', fit, size)
  news(fit)
end
local function forget(id, ttl)
  local session, size, redo = unpack(redis.call('HMGET', job(id), 'session', 'size', 'redo'))
  redis.call('EXPIRE', P .. 'bars:' .. id, ttl)
  if redo and redo ~= '' then redis.call('EXPIRE', P .. 'redo:' .. redo, ttl) end
  if redis.call('HINCRBY', P .. 'mine', session, -size) <= 0 then redis.call('HDEL', P .. 'mine', session) end
  redis.call('ZREM', P .. 'leases', id)
  redis.call('DEL', job(id))
end
"""

# id, fit, session, size, most that wait, most of a session, redo's piece, then fields of the job
ENQUEUE = """
local id, fit, session, size = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call('EXISTS', job(id)) == 1 then return 'there' end
local redo = ARGV[7]
if redo ~= '' then
  local other = redis.call('GET', P .. 'redo:' .. redo)
  if other and redis.call('EXISTS', job(other)) == 1 then return 'there' end
end
local waiting = tonumber(redis.call('HGET', P .. 'takes', fit) or 0)
if tonumber(ARGV[5]) >= 0 and waiting + size > tonumber(ARGV[5]) then return 'busy' end
local mine = tonumber(redis.call('HGET', P .. 'mine', session) or 0)
if tonumber(ARGV[6]) >= 0 and mine + size > tonumber(ARGV[6]) then return 'mine ' .. mine end
if redo ~= '' then redis.call('SET', P .. 'redo:' .. redo, id) end
redis.call('PERSIST', P .. 'bars:' .. id)
redis.call('HSET', job(id), 'fit', fit, 'session', session, 'size', size, 'state', 'waiting', 'worker', '',
  'attempts', 0, 'heard', now, 'since', now, 'redo', redo, unpack(ARGV, 8))
if redis.call('RPUSH', line(fit, session), id) == 1 then redis.call('RPUSH', owners(fit), session) end
redis.call('HINCRBY', P .. 'takes', fit, size)
redis.call('HINCRBY', P .. 'mine', session, size)
redis.call('SADD', P .. 'fits', fit)
news(fit)
return 'ok'
"""

# fit, token, milliseconds of the lease, least milliseconds of waiting, 1 where it is begun at once
CLAIM = """
local fit, token, lease, least = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local over = redis.call('ZRANGEBYSCORE', P .. 'leases', '-inf', now, 'LIMIT', 0, 16)
for i = #over, 1, -1 do again(over[i], true) end  -- the last one goes first to where the first shall be
for _ = 1, redis.call('LLEN', owners(fit)) do
  local session = redis.call('LPOP', owners(fit))
  if not session then return false end
  local id = redis.call('LINDEX', line(fit, session), 0)
  local attempts, since, size = unpack(redis.call('HMGET', job(id or ''), 'attempts', 'since', 'size'))
  attempts = tonumber(attempts)
  if not attempts then
    redis.call('LPOP', line(fit, session))
    if redis.call('LLEN', line(fit, session)) > 0 then redis.call('RPUSH', owners(fit), session) end
  elseif now - tonumber(since) < least then
    redis.call('RPUSH', owners(fit), session)
  else
    redis.call('LPOP', line(fit, session))
    if redis.call('LLEN', line(fit, session)) > 0 then redis.call('RPUSH', owners(fit), session) end
    redis.call('HINCRBY', P .. 'takes', fit, -size)
    redis.call('HSET', job(id), 'state', 'composing', 'worker', token, 'begun', ARGV[5], 'from', last(id))
    redis.call('HINCRBY', job(id), 'attempts', 1)
    redis.call('ZADD', P .. 'leases', now + lease, id)
    return {id, attempts + 1}
  end
end
return false
"""

# milliseconds, then id and token of each; gives of each 0 lost, 1 held, 2 unwanted, and milliseconds since it was heard
RENEW = """
local told = {}
for i = 2, #ARGV, 2 do
  local id = ARGV[i]
  local worker, unwanted, heard = unpack(redis.call('HMGET', job(id), 'worker', 'unwanted', 'heard'))
  if worker ~= ARGV[i + 1] then table.insert(told, 0)
  else
    redis.call('ZADD', P .. 'leases', now + ARGV[1], id)
    table.insert(told, unwanted and 2 or 1)
  end
  table.insert(told, heard and now - tonumber(heard) or 0)
end
return told
"""

# id, token, number of the first, then kind and data of each; 0 where the job is another's
APPEND = """
local id, number = ARGV[1], tonumber(ARGV[3])
if redis.call('HGET', job(id), 'worker') ~= ARGV[2] then return 0 end
for i = 4, #ARGV, 2 do
  tell(id, number, ARGV[i], ARGV[i + 1])
  number = number + 1
end
return 1
"""

# id, token, number, kind, data, seconds for which it is told
FINISH = """
local id = ARGV[1]
if redis.call('HGET', job(id), 'worker') ~= ARGV[2] then return 0 end
tell(id, tonumber(ARGV[3]), ARGV[4], ARGV[5])
forget(id, ARGV[6])
return 1
"""

# id, token, 1 where the attempt counts
RELEASE = """
local id = ARGV[1]
if redis.call('HGET', job(id), 'worker') ~= ARGV[2] then return 0 end
again(id, ARGV[3] == '1')
return 1
"""

# id, kind and data of the last event, seconds for which it is told; 1 where it waited and is gone
DROP = """
local id = ARGV[1]
local state, fit, session, size = unpack(redis.call('HMGET', job(id), 'state', 'fit', 'session', 'size'))
if not state then return 0 end
if state ~= 'waiting' then
  redis.call('HSET', job(id), 'unwanted', 1)
  return 2
end
redis.call('LREM', line(fit, session), 1, id)
if redis.call('LLEN', line(fit, session)) == 0 then redis.call('LREM', owners(fit), 1, session) end
redis.call('HINCRBY', P .. 'takes', fit, -size)
tell(id, last(id) + 1, ARGV[2], ARGV[3])
forget(id, ARGV[4])
return 1
"""

# id
PARDON = """
local attempts = tonumber(redis.call('HGET', job(ARGV[1]), 'attempts') or 0)
if attempts > 0 then redis.call('HSET', job(ARGV[1]), 'attempts', attempts - 1) end
return attempts
"""

# id, token, then fields of the job
NOTE = """
if redis.call('HGET', job(ARGV[1]), 'worker') ~= ARGV[2] then return 0 end
redis.call('HSET', job(ARGV[1]), unpack(ARGV, 3))
return 1
"""

# ids that somebody asks for
HEARD = """
for _, id in ipairs(ARGV) do
  if redis.call('EXISTS', job(id)) == 1 then redis.call('HSET', job(id), 'heard', now) end
end
return 1
"""

# key, name, milliseconds: whether the lease of the name is this one's now
LEAD = """
local key = P .. ARGV[1]
local holder = redis.call('GET', key)
if holder and holder ~= ARGV[2] then return 0 end
redis.call('SET', key, ARGV[2], 'PX', ARGV[3])
return 1
"""
