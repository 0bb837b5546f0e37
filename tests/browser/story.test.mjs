// The main story: a download that survives pausing and kill -9, seen in the page.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {TaskPage} from './page.mjs';
import {Server, start_origin} from '../support/programs.mjs';
import {start_browser} from './chromium.mjs';

const mib = 1024 * 1024;
const file_name = 'large.bin';
let origin, browser;

before(async () => {
  origin = await start_origin(`${file_name}=48m`);
  browser = await start_browser();
});
after(async () => {
  await browser?.close();
  await origin?.stop();
});

const file = () => origin.files.find(({name}) => name === file_name);
const sha256_of = (name) => createHash('sha256').update(fs.readFileSync(name)).digest('hex');

// Where each request for the file began, in the order in which they ended.
function range_starts() {
  return fs.readFileSync(origin.accessLog, 'utf8').trim().split('\n').filter((line) => line.startsWith('GET '))
    .map((line) => Number(/"bytes=(\d+)-/.exec(line)?.[1] ?? 0));
}

async function with_server(story) {
  fs.writeFileSync(origin.accessLog, '');
  const server = await Server.create();
  try {
    const page = await TaskPage.open(browser, server);
    try {
      await story(server, page);
      await page.close();
    } catch (error) {
      await page.picture('story-failed');
      throw new Error(`${error.stack}\n--- server:\n${server.log().slice(-4000)}`);
    }
  } finally {
    await server.remove();
  }
}

const add_download = (page) => page.add({url: `${origin.url}/rate/6m/${file_name}`, path: `stories/${file_name}`,
  sha256: file().sha256}, file_name);

// Paused at `spent`: neither the page's figure nor the file grows while something else runs to its end.
async function assert_stands_still(server, page, id) {
  const spent = await page.spent(id);
  const part = server.part_file();
  assert.ok(part, 'there is one .part file');
  const size = fs.statSync(part).size;
  await page.pass_time(700);
  assert.equal(await page.spent(id), spent);
  assert.equal(fs.statSync(part).size, size);
  return spent;
}

async function assert_finished(server, page, id) {
  await page.status(id, 'success');
  await page.row(id).getByTestId('task-link').click();
  await page.get('result').waitFor();
  const result = JSON.parse(await page.get('result').textContent());
  assert.equal(result.sha256, file().sha256);
  assert.equal(result.bytes, file().bytes);
  assert.equal(sha256_of(path.join(server.downloads, 'stories', file_name)), file().sha256);
  assert.equal(server.part_file(), undefined);
}

test('a download is paused, resumed, survives kill -9, goes on where it was and ends with the right checksum', async () => {
  await with_server(async (server, page) => {
    const id = await add_download(page);
    await page.status(id, 'running');
    await page.until_spent(id, 4 * mib);
    await page.picture('story-1-running');

    await page.act(id, 'pause');
    await page.status(id, 'paused');
    const paused_at = await assert_stands_still(server, page, id);
    await page.picture('story-2-paused');

    await page.act(id, 'resume');
    await page.status(id, 'running');
    await page.until_spent(id, paused_at + 6 * mib);

    await server.kill();
    await page.connection('broken');
    await page.picture('story-3-killed');
    const on_disk = fs.statSync(server.part_file()).size;
    assert.ok(on_disk > paused_at + 4 * mib);

    await server.start();
    await page.connection('connected');
    await page.status(id, 'running');
    const first_seen = await page.until_spent(id, 1);
    assert.ok(first_seen >= paused_at, `it went on at ${first_seen}, having been paused at ${paused_at}`);
    await page.picture('story-4-started-again');

    await assert_finished(server, page, id);
    await page.picture('story-5-finished');
    const begun = range_starts().at(-1);
    assert.ok(begun > paused_at && begun <= on_disk, `the last request began at ${begun} of ${on_disk} bytes on disk`);
  });
});

test('killed while paused it is still paused after the start, and goes on where it was when resumed', async () => {
  await with_server(async (server, page) => {
    const id = await add_download(page);
    await page.until_spent(id, 8 * mib);
    await page.act(id, 'pause');
    await page.status(id, 'paused');
    const paused_at = await assert_stands_still(server, page, id);

    await server.kill();
    await page.connection('broken');
    await server.start();
    await page.connection('connected');
    await page.status(id, 'paused');
    await assert_stands_still(server, page, id);
    await page.picture('story-6-still-paused');

    await page.act(id, 'resume');
    await page.status(id, 'running');
    assert.ok(await page.until_spent(id, 1) >= paused_at);
    await assert_finished(server, page, id);
    assert.ok(range_starts().at(-1) >= paused_at);
  });
});
