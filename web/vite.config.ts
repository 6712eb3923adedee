import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {brotliCompressSync, constants, gzipSync} from 'node:zlib';
import {defineConfig, type Plugin} from 'vite';

const kRoot = import.meta.dirname;
const kServer = process.env.PUSH_SERVER ?? 'http://127.0.0.1:8080';
const kApi = ['application', 'auth', 'client', 'current', 'gotifyinfo', 'health', 'image', 'message', 'plugin', 'stream', 'swagger',
  'user', 'version', 'webpush', 'admin'];

// The folder of the build also has files that are not built (docs.html, swagger.json), so only the hashed ones are emptied.
function emptied(): Plugin {
  let folder = '';
  return {
    name: 'emptied',
    apply: 'build',
    configResolved(config) { folder = resolve(kRoot, config.build.outDir, 'static/app'); },
    buildStart() { rmSync(folder, {recursive: true, force: true}); },
  };
}

// Each file beside itself as brotli and gzip, which the server sends to those who take them.
function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved(config) { folder = resolve(kRoot, config.build.outDir); },
    closeBundle() {
      const files = readdirSync(join(folder, 'static/app')).filter((name) => /\.(js|css)$/.test(name));
      for (const file of [...files.map((name) => join(folder, 'static/app', name)), join(folder, 'sw.js'), join(folder, 'index.html')]) {
        const bytes = readFileSync(file);
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, {params: {[constants.BROTLI_PARAM_SIZE_HINT]: bytes.length}}));
        writeFileSync(`${file}.gz`, gzipSync(bytes, {level: 9}));
      }
    },
  };
}

export default defineConfig({
  root: kRoot,
  base: './',
  // The package's browser build asks innerHTML, which Trusted Types forbid and a worker does not have.
  resolve: {alias: {'decode-named-character-reference': resolve(kRoot, 'src/markdown/entities.ts')}},
  plugins: [emptied(), compressed()],
  oxc: {jsx: {runtime: 'automatic', importSource: 'preact'}},
  server: {proxy: Object.fromEntries(kApi.map((path) => [`^/${path}(/|\\?|$)`, {target: kServer, ws: path === 'stream'}]))},
  worker: {format: 'es', rolldownOptions: {output: {entryFileNames: 'static/app/[name]-[hash].js'}}},
  build: {
    outDir: '../src/files/web',
    emptyOutDir: false,
    assetsDir: 'static/app',
    assetsInlineLimit: 0,
    target: 'es2022',
    modulePreload: {polyfill: false},
    reportCompressedSize: false,
    rolldownOptions: {
      input: {app: resolve(kRoot, 'index.html'), sw: resolve(kRoot, 'src/sw/sw.ts')},
      output: {
        entryFileNames: (chunk) => chunk.name === 'sw' ? 'sw.js' : 'static/app/[name]-[hash].js',
        chunkFileNames: 'static/app/[name]-[hash].js',
        assetFileNames: 'static/app/[name]-[hash][extname]',
      },
    },
  },
  test: {include: ['tests/unit/**/*.test.{ts,tsx}'], environment: 'node'},
} as Parameters<typeof defineConfig>[0] & {test: object});

