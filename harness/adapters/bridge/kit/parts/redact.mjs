/** Text without keys: what is printed or sent ends up in logs. */
import { kindOf } from './json.mjs';

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL/i;
const SHORTEST_SECRET = 12;
const PATTERNS = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/]*@/gi, '$1:***@'],
  [/(\bpassword\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)/gi, '$1***'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '***'],
  [/\bsb_(secret|publishable)_[\w-]+/g, 'sb_$1_***'],
  [/(\bBearer\s+)[\w.~+/=-]+/gi, '$1***'],
];

/** Return `text` without passwords, tokens and the values of variables whose names speak of them. */
function redact(text) {
  let shown = text;
  const secrets = Object.entries(process.env)
    .filter(([name, value]) => SECRET_NAME.test(name) && value.length >= SHORTEST_SECRET)
    .map(([, value]) => value)
    .sort((one, other) => other.length - one.length);
  for (const secret of secrets) shown = shown.replaceAll(secret, '***');
  for (const [pattern, replacement] of PATTERNS) shown = shown.replace(pattern, replacement);
  return shown;
}

/** A thrown value in a few words, on one line, without keys. */
function described(thrown) {
  let text;
  try {
    if (typeof thrown === 'object' && thrown !== null && typeof thrown.message === 'string') {
      text = `${typeof thrown.name === 'string' ? thrown.name : kindOf(thrown)}: ${thrown.message}`;
    } else {
      text = typeof thrown === 'string' ? `the text ${JSON.stringify(thrown)}` : kindOf(thrown);
    }
  } catch {
    text = 'a value that cannot be read';
  }
  return redact(text.replace(/\s+/g, ' ').slice(0, 500));
}

export { described, redact };
