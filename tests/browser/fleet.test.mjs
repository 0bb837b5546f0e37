// Two hosts of a fleet seen from one of them: the list is everybody's, a task's own page speaks to the host that runs it,
// or through a host that relays.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {after, before, test} from 'node:test';
import {TaskPage} from './page.mjs';
import {Server, start_mongod, start_origin} from '../support/programs.mjs';
import {start_browser} from './chromium.mjs';

const mib = 1024 * 1024;
let mongod, origin, browser;

before(async () => {
  mongod = await start_mongod();
  origin = await start_origin('large.bin=64m');
  browser = await start_browser();
});
after(async () => {
  await browser?.close();
  await origin?.stop();
  await mongod?.stop();
});

// `here` runs no downloads, so that `there` is where they run.
async function with_fleet(name, options, story) {
  const store = ['--store', mongod.uri.replace('/?', `/${name}?`)];
  const here = await Server.create(...store, '--topic', 'sleep#1', ...options);
  const there = await Server.create(...store, '--topic', 'download#1');
  try {
    await story(here, there);
  } finally {
    await here.remove();
    await there.remove();
  }
}

async function add(server, versionedTopic, data) {
  const answer = await fetch(`${server.url}/api/v1/tasks`,
    {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({versionedTopic, data})});
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).id;
}
const get = async (server, id) => (await fetch(`${server.url}/api/v1/tasks/${id}`)).json();
const add_download = (server, path) => add(server, 'download#1', {url: `${origin.url}/rate/3m/large.bin`, path});

const until_spent_in_view = (page, bytes) => page.tab.waitForFunction(
  (wanted) => Number(document.querySelector('[data-testid=task-view] [data-testid=progress]')?.dataset.spent) >= wanted, bytes);

// The download's own page: pause, resume, a host that dies and comes back, stop.
async function steer(page, there, id, picture) {
  await page.row(id).getByTestId('task-link').click();
  await page.view({id, socket: 'connected'});
  await until_spent_in_view(page, 4 * mib);

  await page.get('action-pause').click();
  await page.view({state: 'paused', socket: 'connected'});
  const paused = await get(there, id);
  assert.equal(paused.state, 'paused');
  assert.equal(paused.publicUrl, `${there.url}/tasks/${id}`);
  const size = fs.statSync(there.part_file()).size;
  await page.get('action-resume').click();
  await page.view({state: 'running', socket: 'connected'});
  await until_spent_in_view(page, size + 4 * mib);

  // What it logs there is seen here: it does so when it starts over from what is on disk.
  await there.kill();
  await there.start();
  await page.get('log-line').filter({hasText: 'going on after'}).waitFor();
  await page.view({state: 'running', socket: 'connected'});
  await until_spent_in_view(page, size + 8 * mib);
  await page.picture(picture);

  await page.get('action-stop').click();
  await page.view({state: 'completed'});
  assert.equal((await get(there, id)).outcome, 'cancelled');
}

test('a page shows the tasks of both hosts live, and follows and steers one that runs at the other',
  () => with_fleet('direct', [], async (here, there) => {
    const page = await TaskPage.open(browser, here, {fellows: [there]});
    const sleep = await add(here, 'sleep#1', {ms: 3_600_000});
    const id = await add_download(there, 'fleet/large.bin');
    await page.status(sleep, 'running');
    await page.status(id, 'running');
    await page.until_spent(id, mib);
    assert.deepEqual([...page.asked], [here.url]);
    await page.picture('fleet-1-list');
    await steer(page, there, id, 'fleet-2-task-elsewhere');
    assert.deepEqual([...page.asked], [here.url, there.url]);
    await page.close();
  }));

test('where its host relays, the page does the same and speaks to that host alone',
  () => with_fleet('relayed', ['--relay'], async (here, there) => {
    const page = await TaskPage.open(browser, here);
    const id = await add_download(here, 'fleet/large.bin');
    await page.status(id, 'running');
    assert.equal((await get(here, id)).publicUrl, `${here.url}/tasks/${id}`);
    await steer(page, there, id, 'fleet-3-relayed');
    assert.deepEqual([...page.asked], [here.url]);
    await page.close();
  }));
