// How the page is to use: by keyboard, on a phone, in the dark, with mistakes.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';
import {TaskPage} from './page.mjs';
import {Server} from '../support/programs.mjs';
import {start_browser} from './chromium.mjs';

const phone = {viewport: {width: 390, height: 844}, deviceScaleFactor: 2, hasTouch: true, isMobile: true};
let server, browser, page;

before(async () => {
  server = await Server.create();
  browser = await start_browser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
});
beforeEach(async () => { page = await TaskPage.open(browser, server); });
afterEach(() => page.close());

const other_page = async (options) => {
  await page.close();
  page = await TaskPage.open(browser, server, options);
};
const focused = () => page.tab.evaluate(() => {
  const element = document.activeElement;
  return {id: element.id, action: element.dataset.action, test_id: element.dataset.testid,
    outline: getComputedStyle(element).outlineStyle};
});

test('a task is added, paused, resumed and stopped by keyboard alone, and the focus stays where it was', async () => {
  const {keyboard} = page.tab;
  await keyboard.press('n');
  await page.get('add-dialog').waitFor();
  assert.equal((await focused()).id, 'add-url');
  await keyboard.press('Shift+Tab');
  await keyboard.type('sleep');
  await page.get('add-ms').waitFor();
  await keyboard.press('Tab');
  await keyboard.type('61000');
  await keyboard.press('Enter');
  const id = await page.row_id('sleep 61 s');
  await page.status(id, 'running');
  await page.get('add-dialog').waitFor({state: 'detached'});

  await page.row(id).getByTestId('task-link').focus();
  await keyboard.press('Tab');
  assert.deepEqual(await focused(), {id: '', action: 'pause', test_id: 'action-pause', outline: 'solid'});
  await keyboard.press('Enter');
  await page.status(id, 'paused');
  assert.equal((await focused()).action, 'resume');
  await page.row(id).locator('[data-testid=action-resume][aria-disabled=false]').waitFor();
  await keyboard.press('Space');
  await page.status(id, 'running');
  await page.row(id).locator('[data-testid=action-stop][aria-disabled=false]').waitFor();
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await page.status(id, 'cancelled');
  assert.equal((await focused()).action, 'stop');
});

test('Escape closes the form and gives the focus back', async () => {
  await page.get('add-task').focus();
  await page.tab.keyboard.press('Enter');
  await page.get('add-dialog').waitFor();
  await page.tab.keyboard.press('Escape');
  await page.get('add-dialog').waitFor({state: 'detached'});
  assert.equal((await focused()).test_id, 'add-task');
});

test('everything that can be pressed has a name', async () => {
  await page.add({topic: 'noop#1', json: '{"named": true}'}, 'named');
  const nameless = await page.tab.evaluate(() => [...document.querySelectorAll('button, a, input, select, textarea, [role=progressbar]')]
    .filter((element) => !(element.getAttribute('aria-label') || element.textContent.trim() || element.labels?.length))
    .map((element) => element.outerHTML));
  assert.deepEqual(nameless, []);
});

test('the server\'s own words say why a task is refused', async () => {
  await page.fill_form({topic: 'other', other: 'nobody#7'});
  assert.match(await page.get('add-error').textContent(), /nobody#7/);
  await page.get('add-topic').selectOption('download#1');
  await page.get('add-url').fill('file:///etc/passwd');
  await page.get('add-submit').click();
  await page.get('add-error').filter({hasText: /file/}).waitFor();
  await page.get('add-url').fill('http://127.0.0.1:9/x');
  await page.get('add-path').fill('../../etc/x');
  await page.get('add-submit').click();
  await page.get('add-error').filter({hasText: /\.\.\/\.\.\/etc\/x|download (folder|dir)/}).waitFor();
  await page.picture('use-refused');
});

test('the list is filtered by state and topic, and the address keeps the filter', async () => {
  const done = await page.add({topic: 'noop#1', json: '"filter me"'}, 'filter me');
  await page.status(done, 'success');
  const chip = (group, value) => page.tab.locator(`[data-testid=filter-${group}][data-value="${value}"]`);
  await chip('state', 'running').click();
  await page.row(done).waitFor({state: 'detached'});
  await chip('state', 'completed').click();
  await page.row(done).waitFor();
  await chip('topic', 'sleep#1').click();
  await page.row(done).waitFor({state: 'detached'});
  await page.tab.reload();
  await page.connection('connected');
  assert.equal(await chip('topic', 'sleep#1').getAttribute('aria-pressed'), 'true');
  await page.get('filter-clear').click();
  await page.row(done).waitFor();
});

test('a task\'s own page follows it over its own socket: progress, input, log, result', async () => {
  const id = await page.add({topic: 'sleep#1', ms: 45_000}, 'sleep 45 s');
  await page.status(id, 'running');
  await page.row(id).getByTestId('task-link').click();
  await page.tab.locator(`[data-testid=task-view][data-id="${id}"][data-socket=connected]`).waitFor();
  assert.deepEqual(JSON.parse(await page.get('input').textContent()), {ms: 45_000});
  await page.tab.waitForFunction(() => Number(document.querySelector('[data-testid=progress]')?.dataset.spent) > 0);
  await page.picture('use-task');
  await page.get('action-stop').click();
  await page.tab.locator('[data-testid=task-view][data-state=completed]').waitFor();
  await page.get('action-remove').click();
  await page.get('task-list').waitFor();
  await page.row(id).waitFor({state: 'detached'});
});

test('two pages see the same task move', async () => {
  const second = await TaskPage.open(browser, server);
  const id = await page.add({topic: 'sleep#1', ms: 47_000}, 'sleep 47 s');
  await second.status(id, 'running');
  await second.act(id, 'pause');
  await page.status(id, 'paused');
  await page.act(id, 'stop');
  await second.status(id, 'cancelled');
  await second.close();
});

test('on a phone nothing is cut off and fingers can hit the buttons', async () => {
  await other_page(phone);
  const wider_than_screen = () => page.tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const id = await page.add({topic: 'sleep#1', ms: 46_000}, 'sleep 46 s');
  await page.status(id, 'running');
  assert.ok(await wider_than_screen() <= 0);
  for (const action of ['pause', 'stop']) {
    const box = await page.row(id).getByTestId(`action-${action}`).boundingBox();
    assert.ok(box.width >= 40 && box.height >= 38, `${action} is ${box.width} × ${box.height}`);
  }
  await page.picture('use-phone-list');
  await page.row(id).getByTestId('task-link').click();
  await page.get('task-view').waitFor();
  assert.ok(await wider_than_screen() <= 0);
  await page.picture('use-phone-task');
  await page.get('action-stop').click();
  await page.tab.locator('[data-testid=task-view][data-state=completed]').waitFor();
  await page.get('add-task').click();
  await page.get('add-dialog').waitFor();
  assert.ok(await wider_than_screen() <= 0);
  const submit = await page.get('add-submit').boundingBox();
  assert.ok(submit.y + submit.height <= 844);
  await page.picture('use-phone-add');
});

test('it is dark where the system is, and light where it is not', async () => {
  const brightness = async (colorScheme) => {
    await other_page({colorScheme});
    await page.picture(`use-${colorScheme}`);
    return page.tab.evaluate(() => {
      const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
      return (r + g + b) / 3;
    });
  };
  assert.ok(await brightness('dark') < 60);
  assert.ok(await brightness('light') > 200);
});
