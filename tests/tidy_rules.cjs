// The rules that tidy_test holds over the tree. Each has a reason, which is printed when it is broken, and a
// sample that breaks it and one that keeps it, which are tried first: a rule that finds nothing is no rule.
//
// check(file) gets {path, text, lines} and gives [[line number, what is wrong], …].
'use strict';

// folder: what it may include besides itself. A folder includes only leftwards:
// base <- doc <- query <- core <- store; core <- fleet; core <- live; core <- tasks; base <- net; doc <- auth;
// all <- api <- app.
// web is the page's files, built into the program.
const directions = {
  base: [],
  doc: ['base'],
  query: ['base', 'doc'],
  core: ['base', 'doc', 'query'],
  store: ['base', 'doc', 'query', 'core'],
  live: ['base', 'doc', 'query', 'core'],
  fleet: ['base', 'doc', 'query', 'core'],
  tasks: ['base', 'doc', 'query', 'core'],
  net: ['base'],
  auth: ['base', 'doc'],
  web: [],
  api: ['base', 'doc', 'query', 'core', 'store', 'live', 'tasks', 'net', 'auth', 'web'],
  app: ['base', 'doc', 'query', 'core', 'store', 'fleet', 'live', 'tasks', 'net', 'auth', 'web', 'api'],
};
const direction_reasons = {
  base: 'base is what everything stands on: it knows nobody',
  doc: 'values know neither queries nor tasks',
  query: 'a filter is a pure function of a value',
  core: 'core holds the Store and Feed interfaces and knows no store, socket or door: that is what the simulation runs',
  store: 'a store carries out transitions; it knows neither sockets nor who asked',
  live: 'a live window is a pure function of list and change; it knows no socket',
  fleet: 'what hosts know of each other hangs on sessions alone: it knows no task, no store and no door',
  tasks: 'the built-in topics are written against the same interface as anyone else\'s',
  net: 'net speaks protocols and knows no task, so that it can be tested and used without one',
  auth: 'whether credentials are good hangs on them, a key and the time: it knows no socket, no task and no store',
  api: 'the door does not know the program behind it: app puts everything together',
  app: '',
};

// Public headers count as part of the folder whose words they are; what is not named belongs to core, and what
// puts a whole runner together to app.
const header_folder = {error: 'base', object_id: 'base', process_identity: 'base', awaitable: 'base', json: 'doc', convert: 'doc',
  query: 'query', security: 'app', taskrunner: 'app', task_runner: 'app', runner: 'app'};
const folder_of_header = (name) => header_folder[name] ?? 'core';

const source_folder = (path) => /^src\/([a-z]+)\//.exec(path)?.[1];
const is_cpp = (path) => /\.(cpp|hpp)$/.test(path);
const is_public_header = (path) => /^include\/.*\.hpp$/.test(path);
const is_own_code = (path) => (is_cpp(path) || /\.(js|mjs|cjs)$/.test(path)) && !/\/vendor\//.test(path);

function each_include(file, give) {
  const found = [];
  file.lines.forEach((line, i) => {
    const match = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(line);
    const wrong = match && give(match[2], match[1] === '"');
    if (wrong) found.push([i + 1, wrong]);
  });
  return found;
}

function each_line(file, pattern, say) {
  return file.lines.flatMap((line, i) => (pattern.test(line) ? [[i + 1, say(line.trim())]] : []));
}

// The text with comments and literals blanked out, line breaks kept: what is left is code.
function code_of(text) {
  return text.replace(/R"(\w*)\([^]*?\)\1"|\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])'/g,
    (found) => found.replace(/[^\n]/g, ' '));
}

const line_at = (text, offset) => text.slice(0, offset).split('\n').length;

// Functions by the layout that clang-format gives them: a closing brace alone at indent 0 or 2, and above it
// the nearest line of that indent.
function functions_of(file) {
  const found = [];
  const lines = code_of(file.text).split('\n');
  lines.forEach((line, end) => {
    const indent = /^( {0,2})\}$/.exec(line)?.[1].length;
    if (indent === undefined || indent === 1) return;
    let start = end - 1;
    while (start >= 0 && !(lines[start].trim() && lines[start].search(/\S/) === indent && lines[start][0] !== '#')) --start;
    const head = start >= 0 ? lines[start].trim() : '}';
    if (/^(\}|namespace|class|struct|enum|union|extern|if|for|while|switch|do|try|else|case|default|template)\b|^\}/.test(head)) return;
    found.push({line: start + 1, length: end - start + 1, name: file.lines[start].trim()});
  });
  return found;
}

const limits = {file_lines: 500, function_lines: 80};
const words = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'GTEST' + '_SKIP', 'DISABLED' + '_', 'not' + ' implemented'];
const word_pattern = new RegExp(`(?<![A-Za-z])(${words.join('|')})(?!X)`);

const rules = [
  {
    name: 'direction',
    reason: (file) => direction_reasons[source_folder(file.path)],
    applies: (path) => source_folder(path) in directions && is_cpp(path),
    check(file) {
      const own = source_folder(file.path);
      return each_include(file, (name) => {
        const header = /^taskrunner\/([a-z_0-9]+)/.exec(name);
        const other = header ? folder_of_header(header[1]) : name.split('/')[0];
        if (!(other in directions) || other === own || directions[own].includes(other)) return undefined;
        return `${own} includes ${name}, which is of ${other}`;
      });
    },
    wrong: {path: 'src/net/a.cpp', text: '#include "core/scheduler.hpp"\n'},
    right: {path: 'src/store/a.cpp', text: '#include "core/scheduler.hpp"\n#include <taskrunner/error.hpp>\n'},
  },
  {
    name: 'direction of targets',
    reason: 'what may not be included may not be linked either',
    applies: (path) => /^src\/[a-z]+\/CMakeLists\.txt$/.test(path),
    check(file) {
      const own = source_folder(file.path);
      const depends = /taskrunner_folder\(\s*\w+[^)]*?DEPENDS\s+([a-z ]+)/.exec(file.text)?.[1].trim().split(/\s+/) ?? [];
      const wrong = depends.filter((other) => !directions[own]?.includes(other));
      return wrong.map((other) => [1, `${own} depends on ${other}`]);
    },
    wrong: {path: 'src/net/CMakeLists.txt', text: 'taskrunner_folder(net DEPENDS base core)'},
    right: {path: 'src/api/CMakeLists.txt', text: 'taskrunner_folder(api DEPENDS core live net)'},
  },
  {
    name: 'databases',
    reason: 'only store names a database, so that everything else works with every store',
    applies: (path) => is_cpp(path) && /^(src|include)\//.test(path) && source_folder(path) !== 'store',
    check: (file) => each_include(file, (name) =>
      (/^(sqlite3|mongoc|bson|libmongoc|mongocxx)/.test(name) ? `includes ${name}` : undefined)),
    wrong: {path: 'src/core/a.cpp', text: '#include <sqlite3.h>\n'},
    right: {path: 'src/store/a.cpp', text: '#include <sqlite3.h>\n'},
  },
  {
    name: 'sockets',
    reason: 'core, live and what is left of them decide without a socket: that is what the simulation runs',
    applies: (path) => is_cpp(path) && /^src\/(base|doc|query|core|live|store|auth)\//.test(path),
    check: (file) => each_include(file, (name) =>
      (/^boost\/(beast|asio\/(ip|ssl|local)\b)|^sys\/socket|^netinet/.test(name) ? `includes ${name}` : undefined)),
    wrong: {path: 'src/live/a.cpp', text: '#include <boost/asio/ip/tcp.hpp>\n'},
    right: {path: 'src/net/a.cpp', text: '#include <boost/asio/ip/tcp.hpp>\n'},
  },
  {
    name: 'Beast stays inside net',
    reason: 'each file that sees Beast costs half a minute of compiling: it stands behind plain interfaces',
    applies: (path) => is_cpp(path) && /^(src|include|examples|tests)\//.test(path) && !/^src\/net\/[^/]+\.cpp$/.test(path),
    check: (file) => each_include(file, (name) => (/^boost\/beast/.test(name) ? `includes ${name}` : undefined)),
    wrong: {path: 'src/net/a.hpp', text: '#include <boost/beast/http.hpp>\n'},
    right: {path: 'src/net/a.cpp', text: '#include <boost/beast/http.hpp>\n'},
  },
  {
    name: 'public headers',
    reason: 'a user of the library compiles these: the standard library, Asio, Describe and each other, nothing else',
    applies: is_public_header,
    check: (file) => each_include(file, (name, quoted) => {
      const allowed = /^(taskrunner\/|boost\/(asio|describe|mp11|system)\b|[a-z_]+$)/.test(name);
      return allowed && !quoted ? undefined : `includes ${name}`;
    }),
    wrong: {path: 'include/taskrunner/a.hpp', text: '#include "net/http_server.hpp"\n'},
    right: {path: 'include/taskrunner/a.hpp', text: '#include <boost/asio/awaitable.hpp>\n#include <string>\n'},
  },
  {
    name: 'finished',
    reason: 'what is not done is said in an issue, and a test that does not run tests nothing',
    applies: (path) => is_own_code(path) || /\.cmake$|CMakeLists\.txt$/.test(path),
    check: (file) => each_line(file, word_pattern, (line) => line),
    wrong: {path: 'src/core/a.cpp', text: `// ${words[0]}: later\n`},
    right: {path: 'src/core/a.cpp', text: '// All done.\n'},
  },
  {
    name: 'machine paths',
    reason: 'the project stands alone: no path of somebody\'s machine',
    applies: () => true,
    check: (file) => each_line(file, /(^|[\s"'`(=])\/(work|root|home)\/[A-Za-z.]/, (line) => line),
    wrong: {path: 'README.md', text: ['see ', 'work', 'shared/x'].join('/')},
    right: {path: 'README.md', text: 'see /api/v1/tasks\n'},
  },
  {
    name: 'file size',
    reason: `one idea a file: above ${limits.file_lines} lines it is two`,
    applies: is_own_code,
    check: (file) => (file.lines.length - 1 > limits.file_lines ? [[1, `${file.lines.length - 1} lines`]] : []),
    wrong: {path: 'src/core/a.cpp', text: '\n'.repeat(limits.file_lines + 1)},
    right: {path: 'src/core/a.cpp', text: '\n'.repeat(limits.file_lines)},
  },
  {
    name: 'function size',
    reason: `above ${limits.function_lines} lines nobody holds it in mind`,
    applies: is_cpp,
    check: (file) => functions_of(file).filter((f) => f.length > limits.function_lines)
      .map((f) => [f.line, `${f.length} lines: ${f.name}`]),
    wrong: {path: 'src/core/a.cpp', text: `void f() {\n${'  g();\n'.repeat(limits.function_lines)}}\n`},
    right: {path: 'src/core/a.cpp', text: `void f(int a,\n       int b) {\n  if (a) {\n  }\n${'  g();\n'.repeat(20)}}\n`},
  },
  {
    name: 'g++ 12 and co_await',
    reason: 'g++ 12 destroys a temporary twice where a full expression with co_await holds a lambda that owns a ' +
      'capture, or a braced temporary: name it on a line of its own first',
    applies: (path) => is_cpp(path),
    check(file) {
      const code = code_of(file.text);
      const found = [];
      for (const match of code.matchAll(/\bco_await\b[^;]*?;/g)) {
        const owning = /\[\s*(?!\s*\]|\s*(&|this)\s*\]|\s*&\w*(\s*,\s*(&\w+|this))*\s*\])[^\]\n]+\]\s*(\(|\{|mutable)/.exec(match[0]);
        const capture = owning && /[(,]\s*$/.test(match[0].slice(0, owning.index));
        const braced = /[(,]\s*(?:[A-Za-z_][\w:]*(?:<[^;(){}]*>)?)?\s*\{\s*[^}\s]/.exec(match[0].split(/\]\s*(?:\([^)]*\)\s*)?(?:mutable\s*)?\{/)[0]);
        if (capture || braced) found.push([line_at(code, match.index), file.lines[line_at(code, match.index) - 1].trim()]);
      }
      return found;
    },
    wrong: {path: 'src/net/a.cpp', text: 'awaitable<void> f() {\n  co_await g(Options{1, 2});\n  co_await h([s = std::move(s)] { s(); });\n}\n'},
    right: {path: 'src/net/a.cpp', text: 'awaitable<void> f() {\n  co_await g(options, x[1]);\n  co_await h([this] { s(); }, use_awaitable);\n}\n'},
  },
  {
    name: 'links',
    reason: 'a link of the documentation leads somewhere',
    applies: (path) => /\.md$/.test(path),
    check: (file, exists) => file.lines.flatMap((line, i) => [...line.matchAll(/\]\(([^)#:\s]+)(#[^)]*)?\)/g)]
      .filter((link) => !exists(file.path, link[1])).map((link) => [i + 1, `no file ${link[1]}`])),
    wrong: {path: 'docs/a.md', text: '[x](nowhere/at-all.md)\n'},
    right: {path: 'README.md', text: '[x](tests/tidy_test) [y](https://example.com/)\n'},
  },
];

module.exports = {rules, functions_of, is_cpp, is_own_code};
