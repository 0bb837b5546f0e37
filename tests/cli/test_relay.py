"""A host that relays: what runs at another host, seen and steered through this one alone."""

import json
import signal
import unittest
import urllib.request

from support import HostTest, Program, free_port
from test_mongo import Server

server = None


def setUpModule():
    global server
    server = Server()


def tearDownModule():
    server.end()


class PollingClient:
    """One namespace, by long polling."""

    def __init__(self, url, namespace):
        self.prefix = namespace + ','
        self.address = url + '/socket.io/?EIO=4&transport=polling'
        self.address += '&sid=' + json.loads(self.http()[1:])['sid']
        self.http('40' + self.prefix)

    def http(self, body=None):
        request = urllib.request.Request(self.address, body.encode() if body else None, {'Content-Type': 'text/plain'})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def packets(self):
        """(type, payload): 40 joined, 41 sent away, 42 an event, 43 an acknowledgement, 44 refused."""
        while True:
            for packet in self.http().split('\x1e'):
                if packet == '2':
                    self.http('3')
                elif packet[2:].startswith(self.prefix):
                    yield packet[:2], packet[2 + len(self.prefix):]

    def events(self):
        for kind, payload in self.packets():
            if kind == '41':
                return
            if kind == '42':
                yield json.loads(payload)


class Relay(HostTest):
    def setUp(self):
        store = server.fresh_url()
        self.serve_options = ('--store', store, '--topic', 'noop#1', '--relay')
        super().setUp()
        self.other_url = f'http://127.0.0.1:{free_port()}'
        self.other = Program('serve', '--store', store, '--topic', 'sleep#1', '--listen', self.other_url[len('http://'):],
                             cwd=self.folder)
        self.addCleanup(lambda: self.other.end(signal.SIGKILL) if not self.other.process.stdout.closed else None)
        self.other.err.await_match('the page is at')

    def start_task(self):
        task_id = self.add('sleep#1', {'ms': 3_600_000})
        self.await_found(task_id, {'state': 'running'})
        return task_id

    def await_found(self, task_id, query):
        watch = self.start_verb('watch', json.dumps({'_id': task_id, **query}))
        watch.out.await_match(task_id)
        watch.end(signal.SIGKILL)

    def test_each_host_says_where_its_clients_are_to_go(self):
        task_id = self.start_task()
        self.assertEqual(self.get(task_id)['publicUrl'], f'{self.url}/tasks/{task_id}')
        there = json.loads(self.run_program('get', task_id, '--json', '--url', self.other_url).stdout)
        self.assertEqual(there['publicUrl'], f'{self.other_url}/tasks/{task_id}')

    def test_progress_comes_here_and_what_is_asked_here_is_done_there(self):
        task_id = self.start_task()
        client = PollingClient(self.url, f'/tasks/{task_id}')
        events = client.events()
        self.assertEqual(next(event for event in events if event[0] == 'progress')[1]['taskId'], task_id)
        client.http(f'42{client.prefix}["pause"]')
        paused = next(event[1] for event in events if event[0] == 'task' and event[1]['state'] == 'paused')
        self.assertEqual(paused['publicUrl'], f'{self.url}/tasks/{task_id}')
        client.http(f'42{client.prefix}["stop"]')
        last = [event for event in events if event[0] == 'task'][-1][1]
        self.assertEqual((last['state'], last['outcome']), ('completed', 'cancelled'))

    def test_the_host_is_killed_the_client_is_told_the_next_state_and_sent_away(self):
        task_id = self.start_task()
        events = PollingClient(self.url, f'/tasks/{task_id}').events()
        next(event for event in events if event[0] == 'progress')
        self.other.end(signal.SIGKILL)
        last = [event for event in events if event[0] == 'task'][-1][1]
        self.assertEqual((last['state'], last['losses']), ('to do', 1))

    def test_a_task_that_nobody_runs_any_more_is_refused_with_its_state(self):
        task_id = self.start_task()
        self.other.end(signal.SIGKILL)
        self.await_found(task_id, {'state': 'to do'})
        kind, answer = next(PollingClient(self.url, f'/tasks/{task_id}').packets())
        self.assertEqual((kind, json.loads(answer)['data']), ('44', {'state': 'to do'}))


if __name__ == '__main__':
    unittest.main()
