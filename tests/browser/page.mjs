// The page as a test handles it: every wait is for something to be seen, none for time to pass.
import assert from 'node:assert/strict';
import path from 'node:path';

const patience_ms = 30_000;

export class TaskPage {
  problems = [];  // what the browser complained about
  foreign = [];   // requests that went elsewhere than to the server and its fellows
  asked = new Set();  // the origins that requests went to

  // `fellows`: other hosts that the page may speak to; `state`: of the connection, once the page is there.
  static async open(browser, server, {fellows = [], state = 'connected', ...options} = {}) {
    const context = await browser.newContext({viewport: {width: 1280, height: 800}, ...options});
    const page = new TaskPage();
    page.context = context;
    page.tab = await context.newPage();
    page.tab.setDefaultTimeout(patience_ms);
    page.tab.on('pageerror', (error) => page.problems.push(error.stack));
    page.tab.on('console', (message) => {
      // That the server is away is what some tests are about.
      if (message.type() === 'error' && !/ERR_CONNECTION|WebSocket connection/.test(message.text())) page.problems.push(message.text());
    });
    const known = [server, ...fellows].map(({url}) => url);
    const note = (url) => {
      const {origin} = new URL(url.replace(/^ws/, 'http'));
      page.asked.add(origin);
      if (!known.includes(origin)) page.foreign.push(url);
    };
    page.tab.on('request', (request) => note(request.url()));
    page.tab.on('websocket', (socket) => note(socket.url()));
    await page.tab.goto(server.url);
    await page.connection(state);
    return page;
  }

  async log_in(token) {
    await this.get('login-token').fill(token);
    await this.get('login-submit').click();
    await this.connection('connected');
  }

  get(test_id) { return this.tab.getByTestId(test_id); }
  connection(state) { return this.tab.locator(`[data-testid=connection][data-state=${state}]`).waitFor(); }
  row(id) { return this.tab.locator(`[data-testid=task-row][data-id="${id}"]`); }
  async row_id(title) {
    const row = this.get('task-row').filter({hasText: title}).first();
    await row.waitFor();
    return row.getAttribute('data-id');
  }

  // Waits until the row's status (its state, or how it ended) is that word.
  status(id, word) { return this.tab.locator(`[data-testid=task-row][data-id="${id}"][data-status="${word}"]`).waitFor(); }

  async spent(id) { return Number(await this.row(id).getByTestId('progress').getAttribute('data-spent')); }
  async until_spent(id, bytes) {
    await this.tab.waitForFunction(([wanted_id, wanted]) => {
      const bar = document.querySelector(`[data-testid=task-row][data-id="${wanted_id}"] [data-testid=progress]`);
      return bar !== null && Number(bar.dataset.spent) >= wanted;
    }, [id, bytes]);
    return this.spent(id);
  }

  // Waits until the task's own page is like that: its attributes' names and values.
  view(attributes) {
    const words = Object.entries(attributes).map(([name, value]) => `[data-${name}="${value}"]`);
    return this.tab.locator(`[data-testid=task-view]${words.join('')}`).waitFor();
  }

  act(id, action) { return this.row(id).getByTestId(`action-${action}`).click(); }

  // Fills the form and sends it; the id of the new row.
  async add(fields, title) {
    await this.fill_form(fields);
    await this.get('add-dialog').waitFor({state: 'detached'});
    return this.row_id(title);
  }

  async fill_form({topic = 'download#1', ...fields}) {
    await this.get('add-task').click();
    await this.get('add-topic').selectOption(topic);
    for (const [name, value] of Object.entries(fields)) await this.get(`add-${name}`).fill(String(value));
    await this.get('add-submit').click();
  }

  // A task of this length, seen from its start to its end: how a test lets that time pass on the server.
  async pass_time(ms) {
    await this.add({topic: 'sleep#1', ms}, `sleep ${ms / 1000} s`).then((id) => this.status(id, 'success'));
  }

  picture(name) { return this.tab.screenshot({path: path.join(process.env.SCREENSHOT_DIR ?? 'build/screenshots', `${name}.png`)}); }

  // Nothing came from elsewhere and the browser had nothing to complain about.
  async close() {
    assert.deepEqual(this.foreign, []);
    assert.deepEqual(this.problems, []);
    await this.context.close();
  }
}
