// Puts together what the browser gets, pressed as small as it goes: node pack.mjs FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const target = process.argv[2];
const files = {
  'site.css': ['node_modules/@tabler/core/dist/css/tabler.min.css', 'Assets/site.css'],
  'site.js': ['Assets/site.js'],
  'theme.js': ['Assets/theme.js'],
  'passkeys.js': ['Assets/passkeys.js'],
  'icon.svg': ['Assets/icon.svg'],
};

mkdirSync(target, { recursive: true });
for (const [name, parts] of Object.entries(files)) {
  // Maps lead to sources that are not served.
  const text = parts.map((part) => readFileSync(part, 'utf8').replace(/\/\*# sourceMappingURL.*?\*\/|^\/\/# sourceMappingURL.*$/gm, '')).join('\n');
  const pressed = brotliCompressSync(Buffer.from(text), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
  });
  writeFileSync(join(target, `${name}.br`), pressed);
}
