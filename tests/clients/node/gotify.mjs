// The npm packages `gotify` (sends) and `gotify-client` (the whole API).
import { File } from 'node:buffer'
import { createRequire } from 'node:module'
import assert from 'node:assert/strict'

const packages = createRequire(process.env.NODE_PATH + '/')
const { gotify } = packages('gotify')
const { GotifyClient } = packages('gotify-client')
const { GOTIFY_URL: url, GOTIFY_APP_TOKEN: app, GOTIFY_CLIENT_TOKEN: client } = process.env

async function step(name, run) {
  try {
    await run()
  } catch (error) {
    console.error(`${name}: ${error.stack}`)
    process.exit(1)
  }
  console.log('passed: ' + name)
}

const api = new GotifyClient(url, { app, client })
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==', 'base64')

await step('gotify: send', async () => {
  const extras = { 'client::display': { contentType: 'text/markdown' } }
  const sent = await gotify({ server: url, app, title: 'npm', message: '# hello', priority: 5, extras })
  assert.deepEqual((await api.message.getMessages({})).messages, [sent])
  assert.deepEqual(sent.extras, extras)
})

await step('gotify: a wrong token is refused', () =>
  assert.rejects(gotify({ server: url, app: 'Awrong', title: 't', message: 'm' }), /401/))

await step('gotify-client: health, version, user', async () => {
  assert.deepEqual(await api.health.getHealth(), { health: 'green', database: 'green' })
  assert.match((await api.version.getVersion()).version, /^\d+\.\d+\.\d+/)
  assert.equal((await api.current.currentUser()).name, 'admin')
})

await step('gotify-client: messages', async () => {
  const sent = await api.message.createMessage({ message: 'one', title: 'client', priority: 1 })
  assert.equal((await api.message.getMessages({ limit: 1 })).paging.since, sent.id)
  await api.message.deleteMessage(sent.id)
  await api.message.deleteMessages()
  assert.deepEqual((await api.message.getMessages({})).messages, [])
})

await step('gotify-client: applications', async () => {
  const made = await api.application.createApp({ name: 'npm', description: 'd', defaultPriority: 4 })
  assert.equal(made.defaultPriority, 4)
  assert.equal((await api.application.updateApplication(made.id, { name: 'npm 2' })).name, 'npm 2')
  assert.deepEqual((await api.application.getApps()).map((each) => each.name), ['backups', 'npm 2'])
  await api.application.deleteAppMessages(made.id)
  assert.deepEqual((await api.application.getAppMessages({ id: made.id, limit: 10 })).messages, [])
  const image = (await api.application.uploadAppImage(made.id, { file: new File([png], 'icon.png') })).image
  const got = await fetch(`${url}/${image}`)
  assert.equal(got.headers.get('content-type'), 'image/png')
  assert.deepEqual(Buffer.from(await got.arrayBuffer()), png)
  await api.application.removeAppImage(made.id)
  await api.application.deleteApp(made.id)
  assert.deepEqual((await api.application.getApps()).map((each) => each.name), ['backups'])
})

await step('gotify-client: clients', async () => {
  const made = await api.client.createClient({ name: 'phone' })
  assert.equal((await api.client.updateClient(made.id, { name: 'tablet' })).name, 'tablet')
  await api.client.deleteClient(made.id)
  assert.deepEqual((await api.client.getClients()).map((each) => each.name), ['tests/clients'])
})

await step('gotify-client: users', async () => {
  const made = await api.user.createUser({ name: 'bob', pass: 'secret', admin: false })
  assert.equal((await api.user.updateUser(made.id, { name: 'rob', pass: 'other', admin: false })).name, 'rob')
  assert.deepEqual((await api.user.getUsers()).map((each) => each.name), ['admin', 'rob'])
  await api.user.deleteUser(made.id)
  assert.equal((await api.user.getUser(made.id)).errorCode, 404)
})
