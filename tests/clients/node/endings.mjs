// What `ws` tells its owner when a stream ends.
import { createRequire } from 'node:module'

const WebSocket = createRequire(process.env.NODE_PATH + '/')('ws')
const socket = new WebSocket(process.env.ENDINGS_URL.replace('http', 'ws'))
socket.on('open', () => console.log('open'))
socket.on('error', (error) => console.log('error', error.code ?? error.message))
socket.on('close', (code) => console.log('close', code))
