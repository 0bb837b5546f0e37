"""The verbs against a host."""

import json
import re
import signal
import socket

from support import NO_TASK, Gate, HostTest, Program, free_port


class Verbs(HostTest):
    def test_add_prints_the_id_and_get_shows_the_task(self):
        task_id = self.add('noop#1', {'a': [1, 'two']}, '--priority', '5')
        self.assertRegex(task_id, r'^[0-9a-f]{24}$')
        self.verb('add', 'noop#1', '--wait')
        task = self.get(task_id)
        self.assertEqual((task['id'], task['data'], task['priority']), (task_id, {'a': [1, 'two']}, 5))
        self.assertIn(task_id, self.verb('get', task_id).stdout)

    def test_add_reads_data_from_a_file(self):
        (self.folder / 'data.json').write_text('{"from": "file"}')
        task_id = self.verb('add', 'noop#1', '--data', '@data.json').stdout.strip()
        self.assertEqual(self.get(task_id)['data'], {'from': 'file'})

    def test_add_with_the_same_unique_key_is_the_same_task_and_other_data_is_refused(self):
        first = self.add('noop#1', 1, '--unique-key', 'k')
        self.assertEqual(self.add('noop#1', 1, '--unique-key', 'k'), first)
        self.verb('add', 'noop#1', '--data', '2', '--unique-key', 'k', code=1)

    def test_a_topic_that_no_host_runs_is_refused_by_name(self):
        self.assertIn('nobody#1', self.verb('add', 'nobody#1', code=2).stderr)

    def test_add_from_a_pipe_prints_the_ids_in_order(self):
        lines = ''.join(json.dumps({'n': n}) + '\n' for n in range(2500))
        ids = self.verb('add', 'noop#1', '-', stdin=lines).stdout.split()
        self.assertEqual(len(ids), 2500)
        self.assertEqual([self.get(ids[n])['data']['n'] for n in (0, 1200, 2499)], [0, 1200, 2499])

    def test_a_bad_line_is_named_by_its_number_and_those_before_it_are_added(self):
        done = self.verb('add', '-', stdin='{"versionedTopic": "noop#1"}\n\n{"versionedTopic"\n', code=2)
        self.assertIn('line 3 ', done.stderr)
        self.assertEqual(len(done.stdout.split()), 1)

    def test_a_refused_line_is_named_and_the_others_are_added(self):
        lines = '{"versionedTopic": "noop#1"}\n{"versionedTopic": "nobody#1"}\n{"versionedTopic": "noop#1"}\n'
        done = self.verb('add', '-', stdin=lines, code=1)
        self.assertIn('line 2: ', done.stderr)
        self.assertEqual(len(done.stdout.split()), 2)

    def test_list_filters_sorts_and_limits(self):
        low = self.add('sleep#1', {'ms': 0}, '--wait-until', '+1h', '--priority', '1')
        high = self.add('sleep#1', {'ms': 1}, '--wait-until', '+1h', '--priority', '9')
        other = self.add('noop#1', None, '--wait-until', '+1h')
        listed = lambda *more: [t['id'] for t in json.loads(self.verb('list', '--json', *more).stdout)]
        self.assertEqual(listed(), [low, high, other])
        self.assertEqual(listed('--topic', 'sleep#1', '--sort=-priority'), [high, low])
        self.assertEqual(listed('--query', '{"data.ms": {"$gt": 0}}', '--state', 'to do'), [high])
        self.assertEqual(listed('--limit', '1', '--skip', '1'), [high])
        self.assertEqual(listed('--state', 'failed'), [])
        self.assertRegex(self.verb('list').stdout, rf'(?m)^{other}  to do +noop#1')

    def test_a_query_that_is_not_allowed_is_named(self):
        self.assertIn('$where', self.verb('list', '--query', '{"$where": "1"}', code=2).stderr)

    def test_an_unknown_id_is_no(self):
        for verb in ['get', 'stop', 'pause', 'resume', 'retry', 'remove', 'logs']:
            self.verb(verb, NO_TASK, code=1)

    def test_pause_resume_stop_retry_and_remove(self):
        task_id = self.add('sleep#1', {'ms': 600_000})
        watch = self.start_verb('watch', json.dumps({'_id': task_id}), '--json')
        watch.out.await_match('"running"')
        self.verb('pause', task_id)
        watch.out.await_match('"state":"paused"')
        self.verb('remove', task_id, code=1)
        self.verb('resume', task_id)
        watch.out.await_match('(?s)"state":"paused".*"state":"running"')
        self.verb('stop', task_id)
        watch.out.await_match('"outcome":"cancelled"')
        self.verb('retry', task_id)
        watch.out.await_match('(?s)"outcome":"cancelled".*"state":"running"')
        self.verb('stop', task_id)
        watch.out.await_match('(?s)"outcome":"cancelled".*"running".*"outcome":"cancelled"')
        self.verb('remove', task_id)
        watch.out.await_match('"operationType":"delete"')
        self.verb('get', task_id, code=1)

    def test_one_refusal_does_not_keep_the_others_from_being_asked(self):
        task_id = self.add('noop#1', None, '--wait-until', '+1h')
        done = self.verb('remove', NO_TASK, task_id, code=1)
        self.assertIn(NO_TASK, done.stderr)
        self.assertIn(task_id, done.stdout)

    def test_a_second_process_on_the_same_store_is_refused(self):
        done = self.run_program('serve', '--listen', '127.0.0.1:0', code=1)
        self.assertIn('task-runner.db', done.stderr)
        self.assertIn('task-runner.db', self.run_program('export', '--store', 'sqlite:task-runner.db', code=1).stderr)

    def test_sigterm_ends_the_host_politely(self):
        self.add('sleep#1', {'ms': 600_000})
        self.assertEqual(self.host.end(signal.SIGTERM), 0)
        self.start_host()
        self.verb('list')

    def test_doctor_sees_the_host(self):
        done = self.run_program('doctor', '--listen', f'127.0.0.1:{self.port}', '--store', 'memory:')
        self.assertIn('a host answers', done.stdout)


class Transfer(HostTest):
    def exported(self, *arguments):
        return self.verb('export', *arguments).stdout

    def test_what_is_exported_through_the_host_is_what_is_exported_from_its_store(self):
        for line in ['{"when": {"$date": "2026-01-31T09:30:00Z"}, "n": 1.5}', '[1, {"$numberLong": "5"}]']:
            self.verb('add', 'noop#1', '--data', line, '--wait-until', '+1h')
        lines = self.exported()
        self.assertEqual(len(lines.splitlines()), 2)
        self.assertIn('{"$date":{"$numberLong":"1769851800000"}}', lines)
        self.assertEqual(self.host.end(), 0)
        self.assertEqual(self.exported('--store', 'sqlite:task-runner.db'), lines)

    def test_import_keeps_ids_and_content_and_refuses_what_is_there_with_other_content(self):
        waiting = self.add('noop#1', {'n': 1}, '--wait-until', '+1h')
        running = self.add('sleep#1', {'ms': 600_000})
        self.verb('add', 'noop#1', '--data', '7', '--wait')
        lines = self.exported()
        self.assertEqual(self.host.end(), 0)
        new = ('import', '--store', 'sqlite:new.db', '--json')
        self.assertEqual(json.loads(self.verb(*new, stdin=lines).stdout), {'added': 3, 'known': 0, 'refused': 0})
        self.assertEqual(json.loads(self.verb(*new, stdin=lines).stdout), {'added': 0, 'known': 3, 'refused': 0})
        there = {}
        for line in self.exported('--store', 'sqlite:new.db').splitlines():
            task = json.loads(line)
            there[task['_id']['$oid']] = task
        self.assertEqual(there[running]['state'], 'to do')
        self.assertNotIn('worker', there[running])
        self.assertIn(json.loads(lines.splitlines()[0]), list(there.values()))
        changed = next(line for line in lines.splitlines() if waiting in line).replace('"noop#1"', '"sleep#1"')
        self.assertIn(waiting, self.verb(*new, stdin=changed + '\n', code=1).stderr)

    def test_a_line_that_is_no_task_is_named_and_the_others_are_taken(self):
        self.add('noop#1', 1, '--wait-until', '+1h')
        lines = '{"_id": 5}\n\n' + self.exported() + '{\n'
        for where in [('--store', 'sqlite:new.db'), ('--url', self.start_other_host())]:
            done = self.verb('import', *where, stdin=lines, code=1)
            self.assertEqual(done.stdout, '1 imported, 0 were there already, 2 refused\n')
            self.assertRegex(done.stderr, '(?s)line 1: .*line 4: ')

    def start_other_host(self):
        other = Program('serve', '--listen', '127.0.0.1:0', '--store', 'memory:', cwd=self.folder)
        self.addCleanup(lambda: other.end(signal.SIGKILL))
        return other.err.await_match(r'the page is at (http://[^/]+)').group(1)

    def test_an_export_through_one_host_goes_into_another_and_a_repeat_does_no_harm(self):
        self.add('noop#1', {'n': 1}, '--wait-until', '+1h', '--unique-key', 'k', '--priority', '2')
        self.verb('add', 'noop#1', '--data', '{"$numberLong": "9007199254740993"}', '--wait')
        self.verb('add', 'download#1', '--data', '{"url": "http://127.0.0.1:1/", "path": "x", "sha256": "' + '0' * 64 + '"}',
                  '--max-attempts', '1', '--wait', code=1)
        self.verb('add', '-', stdin='\n'.join(json.dumps({'versionedTopic': 'noop#1', 'data': n, 'waitUntil': '+1h'})
                                              for n in range(1200)))
        lines = self.exported()
        other = self.start_other_host()
        into = ('import', '--url', other, '--json')
        self.assertEqual(json.loads(self.verb(*into, stdin=lines).stdout), {'added': 1203, 'known': 0, 'refused': 0})
        self.assertEqual(self.exported('--url', other), lines)
        self.assertEqual(json.loads(self.verb(*into, stdin=lines).stdout), {'added': 0, 'known': 1203, 'refused': 0})
        self.assertEqual(self.exported('--url', other), lines)

    def test_an_imported_task_that_was_running_runs_again_at_its_new_host(self):
        running = self.add('sleep#1', {'ms': 600_000})
        lines = self.exported()
        other = self.start_other_host()
        self.verb('import', '--url', other, stdin=lines)
        self.verb('stop', running, '--url', other)
        self.assertEqual(json.loads(self.verb('get', running, '--json', '--url', other).stdout)['id'], running)


class LiveVerbs(HostTest):
    def test_add_wait_follows_a_task_to_its_success(self):
        done = self.verb('add', 'sleep#1', '--data', '{"ms": 1200}', '--wait')
        self.assertRegex(done.stdout, r'^[0-9a-f]{24}\n$')
        self.assertIn('running\n', done.stderr)
        self.assertRegex(done.stderr, r'\d\d %  \d+ of 1200')
        self.assertIn('success: {"ms":1200}', done.stderr)

    def test_add_wait_is_1_where_the_task_is_cancelled(self):
        waiting = self.start_verb('add', 'sleep#1', '--data', '{"ms": 600000}', '--wait')
        task_id = waiting.out.await_match('[0-9a-f]{24}')[0]
        waiting.err.await_match('running')
        self.verb('stop', task_id)
        self.assertEqual(waiting.wait(), 1)
        self.assertIn('cancelled', waiting.err.text)

    def test_add_wait_is_1_where_the_task_fails_and_says_why(self):
        done = self.verb('add', 'download#1', '--data', '{"url": "http://127.0.0.1:1/x"}', '--max-attempts', '1', '--wait', code=1)
        self.assertIn('failed: ', done.stderr)

    def test_add_wait_goes_on_over_a_kill_and_a_restart(self):
        waiting = self.start_verb('add', 'sleep#1', '--data', '{"ms": 3000}', '--wait')
        waiting.err.await_match('running')
        self.kill_host()
        waiting.err.await_match('waiting for it to come back')
        self.start_host()
        self.assertEqual(waiting.wait(), 0)
        self.assertRegex(waiting.err.text, r'(?s)is back.*success')

    def test_logs_follow_ends_with_the_task(self):
        task_id = self.add('sleep#1', {'ms': 500})
        done = self.verb('logs', task_id, '--follow')
        self.assertIn('ended: success', done.stderr)

    def test_watch_shows_the_list_anew_after_a_restart(self):
        task_id = self.add('noop#1', None, '--wait-until', '+1h')
        watch = self.start_verb('watch', '--json')
        watch.out.await_match(task_id)
        self.kill_host()
        watch.err.await_match('waiting for it')
        self.start_host()
        watch.out.await_match(f'(?s){task_id}.*\n.*{task_id}')

    def test_watch_goes_on_live_after_a_restart_with_what_changed_meanwhile(self):
        gone = self.add('noop#1', None, '--wait-until', '+1h')
        watch = self.start_verb('watch', json.dumps({'versionedTopic': 'noop#1'}), '--json')
        watch.out.await_match(gone)
        self.host.end()  # politely
        watch.err.await_match('waiting for it')
        other_url = f'http://127.0.0.1:{free_port()}'
        other = Program('serve', '--listen', other_url.removeprefix('http://'), cwd=self.folder)
        other.err.await_match('the page is at')
        self.run_program('remove', gone, '--url', other_url)
        kept = self.run_program('add', 'noop#1', '--wait-until', '+1h', '--url', other_url).stdout.strip()
        other.end()
        self.start_host()
        watch.err.await_match('is back')
        watch.out.await_match(f'(?m)^{{"list":\\[{{"id":"{kept}".*$')
        later = self.add('noop#1', None, '--wait-until', '+1h')
        watch.out.await_match(f'"operationType":"insert","position":[01],"id":"{later}"')
        lists = [json.loads(line) for line in watch.out.text.splitlines() if line.startswith('{"list"')]
        self.assertEqual([[task['id'] for task in list['list']] for list in lists], [[gone], [kept]])

    def test_watch_gets_just_what_it_missed_while_its_connection_was_cut(self):
        first = self.add('noop#1', None, '--wait-until', '+1h')
        with Gate(self.port) as gate:
            watch = self.start_verb('watch', '--json', '--url', f'http://127.0.0.1:{gate.port}')
            watch.out.await_match(first)
            gate.shut()
            watch.err.await_match('waiting for it')
            missed = self.add('noop#1', None, '--wait-until', '+1h')
            gate.open()
            watch.out.await_match(f'"operationType":"insert","position":[01],"id":"{missed}"')
        self.assertEqual(watch.out.text.count('{"list"'), 1)
        self.assertEqual(len(re.findall(f'"insert","position":[01],"id":"{missed}"', watch.out.text)), 1)

    def test_watch_without_json_says_a_line_a_change_before_and_after_a_restart(self):
        first = self.add('noop#1', None, '--wait-until', '+1h')
        watch = self.start_verb('watch')
        watch.out.await_match(f'(?m)^list    {first}  to do.*noop#1$')
        second = self.add('noop#1', None, '--wait-until', '+1h')
        watch.out.await_match(f'(?m)^insert  {second}  to do.*noop#1$')
        self.kill_host()
        watch.err.await_match('waiting for it')
        self.start_host()
        watch.out.await_match(f'(?m)^list    {second}  to do.*noop#1$')
        later = self.add('noop#1', None, '--wait-until', '+1h')
        watch.out.await_match(f'(?m)^insert  {later}')

    def test_a_client_that_sends_rubbish_does_not_end_the_host(self):
        with socket.create_connection(('127.0.0.1', self.port)) as rubbish:
            rubbish.sendall(b'\x00\xff' * 5000)
        self.verb('list')
