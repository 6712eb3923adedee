// A web page's and a Node program's way: fetch, the session cookie, and the stream through `ws`.
import { createRequire } from 'node:module'
import assert from 'node:assert/strict'

const WebSocket = createRequire(process.env.NODE_PATH + '/')('ws')
const { GOTIFY_URL: url, GOTIFY_APP_ID: appid, GOTIFY_APP_TOKEN: app, GOTIFY_CLIENT_TOKEN: client } = process.env
const basic = 'Basic ' + Buffer.from(`${process.env.GOTIFY_USER}:${process.env.GOTIFY_PASSWORD}`).toString('base64')

async function step(name, run) {
  try {
    await run()
  } catch (error) {
    console.error(`${name}: ${error.stack}`)
    process.exit(1)
  }
  console.log('passed: ' + name)
}

async function call(method, path, { headers = {}, body, status = 200 } = {}) {
  const json = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const answer = await fetch(url + path, {
    method, headers: { ...json, ...headers }, body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await answer.text()
  assert.equal(answer.status, status, `${method} ${path}: ${text}`)
  return { headers: answer.headers, json: text === '' ? undefined : JSON.parse(text) }
}

// A socket and what it received; until(n) waits for n messages.
async function open(path, options = {}) {
  const socket = new WebSocket(url.replace('http', 'ws') + path, options)
  const seen = []
  let woken = () => {}
  socket.on('message', (data, binary) => {
    assert.equal(binary, false)
    seen.push(data.toString())
    woken()
  })
  socket.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)))
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  return {
    socket,
    seen,
    until: async (count) => {
      const late = setTimeout(() => { throw new Error(`${seen.length} of ${count} messages after 10 s`) }, 10_000)
      while (seen.length < count) await new Promise((resolve) => { woken = resolve })
      clearTimeout(late)
      return seen.map((text) => JSON.parse(text))
    },
  }
}

const send = async (message) =>
  (await call('POST', '/message', { headers: { 'X-Gotify-Key': app }, body: { message, title: 'node' } })).json
const listed = { 'X-Gotify-Key': client }

// Their lengths cover the three forms of a frame's header.
const many = 1000
const text = (number) => `${number} < ` + 'ü'.repeat(number % 250 === 249 ? 35_000 : number % 100)

let byToken, byHeader, sent
await step('1,000 messages in order by ?token= and by header', async () => {
  byToken = await open('/stream?token=' + client)
  byHeader = await open('/stream', { headers: { 'X-Gotify-Key': client }, perMessageDeflate: true })
  assert.equal(byHeader.socket.extensions, '')
  sent = []
  for (let number = 0; number < many; number++) sent.push(await send(text(number)))
  assert.deepEqual(await byToken.until(many), sent)
  assert.deepEqual(await byHeader.until(many), sent)
  assert.ok(byToken.seen.every((text) => text.endsWith('}\n')))
})

await step('ping is answered', async () => {
  const pong = new Promise((resolve) => byToken.socket.once('pong', (data) => resolve(data.toString())))
  byToken.socket.ping('are you there?')
  assert.equal(await pong, 'are you there?')
})

await step('close is answered', async () => {
  byToken.socket.close(1000)
  assert.equal(await byToken.socket.closed, 1000)
})

await step('paging', async () => {
  const collected = []
  let since = 0
  for (;;) {
    const page = (await call('GET', `/message?limit=70&since=${since}`, { headers: listed })).json
    collected.push(...page.messages)
    if (!('next' in page.paging)) break
    assert.equal(new URL(page.paging.next, url).origin, url) // absolute as in Gotify 2, or a path
    since = page.paging.since
  }
  assert.deepEqual(collected, [...sent].reverse())
})

await step('delete', async () => {
  await call('DELETE', `/message/${sent[0].id}`, { headers: listed })
  await call('DELETE', `/message/${sent[0].id}`, { headers: listed, status: 404 })
  const oldest = (await call('GET', `/application/${appid}/message?since=${sent[3].id}`, { headers: listed })).json.messages
  assert.deepEqual(oldest, [sent[2], sent[1]])
})

await step('a refused stream', async () => {
  const socket = new WebSocket(url.replace('http', 'ws') + '/stream?token=Cwrong')
  const status = await new Promise((resolve, reject) => {
    socket.on('unexpected-response', (request, response) => {
      request.destroy()
      resolve(response.statusCode)
    })
    socket.on('open', () => reject(new Error('it was opened')))
  })
  assert.equal(status, 401)
})

let cookie
await step('login', async () => {
  const answer = await call('POST', '/auth/local/login', { headers: { Authorization: basic }, body: { name: 'browser' } })
  const set = answer.headers.get('set-cookie')
  assert.match(set, /^gotify-client-token=[^;]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/)
  assert.equal(answer.json.name, 'admin')
  assert.equal(typeof answer.json.clientId, 'number')
  cookie = { Cookie: set.split(';')[0] }
  assert.equal((await call('GET', '/current/user', { headers: cookie })).json.clientId, answer.json.clientId)
})

await step('stream by cookie', async () => {
  const byCookie = await open('/stream', { headers: { ...cookie, Origin: url } })
  const message = await send('to the browser')
  assert.deepEqual(await byCookie.until(1), [message])
  await call('POST', '/message', { headers: { ...cookie, 'Sec-Fetch-Site': 'same-origin' }, body: { appid: Number(appid), message: 'from the browser', priority: 2, title: '' } })
  assert.equal((await byCookie.until(2))[1].title, 'backups')
  await call('POST', '/message', { headers: { ...cookie, 'Sec-Fetch-Site': 'cross-site' }, body: { appid: Number(appid), message: 'forged' }, status: 403 })
  await call('POST', '/auth/logout', { headers: cookie })
  assert.equal(await byCookie.socket.closed, 1006)
  await call('GET', '/current/user', { headers: cookie, status: 401 })
})

await step('delete all', async () => {
  await call('DELETE', '/message', { headers: listed })
  assert.deepEqual((await call('GET', '/message', { headers: listed })).json, { paging: { size: 0, since: 0, limit: 100 }, messages: [] })
})
byHeader.socket.terminate()
