/**
 * TypeScript in a worker thread.
 *
 * `node --import tsx` runs tsx's preload in every thread, but where tsx still
 * uses module.register (node before 22.22 and 24.11), it does so in the main
 * thread only, and those hooks end there. So a thread asks tsx itself.
 * Other loaders that were given with --import register wherever they are run.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve as resolvePath } from 'node:path';
import { pathToFileURL } from 'node:url';

const OF_TSX = /(?:^|[\\/])tsx(?:[\\/]|$)/;

/** What node was told to load first, of --import, --loader and NODE_OPTIONS. */
function preloads(flags) {
  const words = flags.flatMap((flag) => (flag.startsWith('--') ? flag.split(/=(.*)/s, 2) : [flag]));
  return words.filter((word, index) =>
    ['--import', '--loader', '--experimental-loader'].includes(words[index - 1]),
  );
}

/** Make tsx work in this thread, if node was started with it. */
async function registerLoader() {
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  const tsx = preloads(flags).find((word) => OF_TSX.test(word));
  if (tsx === undefined) return;
  const from = tsx.startsWith('file:') ? tsx : pathToFileURL(resolvePath('package.json'));
  // require() would find the CommonJS half of its API, which loads the other half from a wrong place.
  const manifest = createRequire(from).resolve('tsx/package.json');
  const api = JSON.parse(readFileSync(manifest, 'utf8')).exports['./esm/api'].import.default;
  const { register } = await import(pathToFileURL(resolvePath(dirname(manifest), api)).href);
  register();
}

export { registerLoader };
