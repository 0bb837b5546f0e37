// The page at hosts that ask who is there: the login form, its cookie, what each role is offered, tasks at another host.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {TaskPage} from './page.mjs';
import {Server, start_mongod} from '../support/programs.mjs';
import {start_browser} from './chromium.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'task-runner-login-'));
const token_file = path.join(folder, 'tokens.json');
const secret_file = path.join(folder, 'secret');
const security = ['--auth', 'token', '--token-file', token_file, '--fleet-secret-file', secret_file];
let browser, mongod, operator, viewer;

function make_token(...options) {
  const made = spawnSync(process.env.TASK_RUNNER_BIN, ['token', 'create', '--file', token_file, ...options], {encoding: 'utf8'});
  assert.equal(made.status, 0, made.stderr);
  return made.stdout.trim();
}

before(async () => {
  fs.writeFileSync(secret_file, 'a secret that all the hosts of a fleet share\n', {mode: 0o600});
  operator = make_token('--role', 'operator', '--name', 'Otto');
  viewer = make_token('--role', 'viewer', '--name', 'Vera');
  mongod = await start_mongod();
  browser = await start_browser();
});
after(async () => {
  await browser?.close();
  await mongod?.stop();
  fs.rmSync(folder, {recursive: true});
});

async function with_server(options, story) {
  const server = await Server.create(...security, ...options);
  try {
    await story(server);
  } finally {
    await server.remove();
  }
}

async function add_by_rest(server, task) {
  const headers = {'content-type': 'application/json', authorization: `Bearer ${operator}`};
  const answer = await fetch(`${server.url}/api/v1/tasks`, {method: 'POST', headers, body: JSON.stringify(task)});
  return (await answer.json()).id;
}

test('a token logs in for as long as the browser keeps its cookie, and logging out ends that', async () => {
  await with_server([], async (server) => {
    const page = await TaskPage.open(browser, server, {state: 'unknown'});
    await page.get('login-form').waitFor();
    assert.equal(await page.get('add-task').count(), 0);
    await page.picture('login');
    await page.get('login-token').fill('tr_wrong');
    await page.get('login-submit').click();
    await page.get('login-error').waitFor();
    assert.match(page.problems.splice(0).join(), /401/);  // the browser says so of its own accord

    await page.log_in(operator);
    assert.equal(await page.get('visitor').textContent(), 'Otto');
    const id = await page.add({topic: 'noop#1', json: '{"by": "Otto"}'}, 'Otto');
    await page.status(id, 'success');
    const [cookie] = await page.context.cookies();
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/']);
    assert.equal(await page.tab.evaluate(() => document.cookie), '');

    await page.tab.reload();
    await page.connection('connected');
    await page.row(id).waitFor();
    await page.get('log-out').click();
    await page.get('login-form').waitFor();
    assert.equal(await page.row(id).count(), 0);
    await page.tab.reload();
    await page.get('login-form').waitFor();
    await page.close();
  });
});

test('a viewer is offered to look', async () => {
  await with_server([], async (server) => {
    const added = await add_by_rest(server, {versionedTopic: 'sleep#1', data: {ms: 600_000}});
    const page = await TaskPage.open(browser, server, {state: 'unknown'});
    await page.log_in(viewer);
    assert.equal(await page.get('visitor').textContent(), 'Vera');
    assert.equal(await page.get('add-task').count(), 0);
    await page.status(added, 'running');
    for (const action of ['stop', 'pause']) assert.equal(await page.row(added).getByTestId(`action-${action}`).getAttribute('aria-disabled'), 'true');
    await page.close();
  });
});

test('a task that another host runs is followed and steered there by a ticket, never by the token', async () => {
  const store = ['--store', mongod.uri.replace('/?', '/login?')];
  await with_server([...store, '--topic', 'noop#1'], (here) => with_server([...store, '--topic', 'sleep#1'], async (there) => {
    const page = await TaskPage.open(browser, here, {state: 'unknown', fellows: [there]});
    const sent = [];
    page.tab.on('websocket', (socket) => socket.on('framesent', ({payload}) => sent.push([socket.url(), String(payload)])));
    await page.log_in(operator);
    const id = await add_by_rest(here, {versionedTopic: 'sleep#1', data: {ms: 600_000}});
    await page.status(id, 'running');
    await page.row(id).getByTestId('task-link').click();
    await page.view({id, socket: 'connected'});
    await page.get('action-stop').click();
    await page.view({id, state: 'completed'});
    const there_sent = sent.filter(([url]) => url.includes(`:${there.port}`)).map(([, text]) => text);
    assert.ok(page.asked.has(there.url));
    assert.ok(!JSON.stringify(there_sent).includes(operator));
    await page.close();
  }));
});
