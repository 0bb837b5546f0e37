"""What needs no host: help, options, wrong use."""

import socket

from support import NO_TASK, ProgramTest, clean_environment, free_port

VERBS = ['serve', 'add', 'list', 'get', 'watch', 'logs', 'stop', 'pause', 'resume', 'retry', 'remove', 'export', 'import',
         'doctor']


class Use(ProgramTest):
    def test_help_of_each_verb_has_an_example(self):
        for verb in VERBS:
            self.assertIn('Example: ', self.run_program(verb, '--help').stdout)

    def test_version(self):
        self.assertRegex(self.run_program('--version').stdout, r'^task-runner \d+\.\d+\.\d+\n$')

    def test_wrong_use_is_exit_code_2(self):
        for arguments in [[], ['nonsense'], ['list', '--nonsense'], ['get'], ['get', 'no-id'], ['add', 'noop#1', '--data', '{'],
                          ['list', '--query', '[1'], ['list', '--state', 'asleep'], ['list', '--url', 'ftp://x'],
                          ['add', 'noop#1', '--data', '@missing.json']]:
            self.run_program(*arguments, code=2)

    def test_a_wrong_value_is_named_with_where_it_came_from(self):
        self.assertIn("--max-running 'many'", self.run_program('serve', '--max-running', 'many', code=2).stderr)
        env = clean_environment(TASK_RUNNER_DRAIN='soon')
        self.assertIn("TASK_RUNNER_DRAIN 'soon'", self.run_program('serve', code=2, env=env).stderr)
        (self.folder / 'host.toml').write_text('listen = "127.0.0.1:0"\n\nsession = "1 day"\n')
        self.assertIn('host.toml:3: session', self.run_program('serve', '--config', 'host.toml', code=2).stderr)

    def test_an_unknown_key_of_the_file_is_named_with_its_line(self):
        (self.folder / 'host.toml').write_text('drain = "5s"\nmax-runing = 3\n')
        self.assertIn('host.toml:2: max-runing', self.run_program('serve', '--config', 'host.toml', code=2).stderr)

    def test_flag_wins_over_environment_wins_over_file(self):
        (self.folder / 'host.toml').write_text('max-running = "file"\n')
        env = clean_environment(TASK_RUNNER_CONFIG='host.toml')
        self.assertIn("host.toml:1: max-running 'file'", self.run_program('serve', code=2, env=env).stderr)
        env['TASK_RUNNER_MAX_RUNNING'] = 'environment'
        self.assertIn("'environment'", self.run_program('serve', code=2, env=env).stderr)
        self.assertIn("'flag'", self.run_program('serve', '--max-running', 'flag', code=2, env=env).stderr)

    def test_no_host_is_exit_code_3(self):
        url = f'http://127.0.0.1:{free_port()}'
        for arguments in [['list'], ['get', NO_TASK], ['add', 'noop#1'], ['watch'], ['stop', NO_TASK], ['export'],
                          ['logs', NO_TASK, '--follow']]:
            self.assertIn('cannot reach ' + url, self.run_program(*arguments, '--url', url, code=3).stderr)

    def test_a_port_in_use_is_named(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            listen = f'127.0.0.1:{taken.getsockname()[1]}'
            self.assertIn(listen, self.run_program('serve', '--listen', listen, code=3).stderr)
            doctor = self.run_program('doctor', '--listen', listen, '--store', 'memory:', code=1)
            self.assertIn(f'{listen} cannot be listened at', doctor.stdout)

    def test_a_store_that_is_no_database_is_named(self):
        (self.folder / 'notes.db').write_text('these are no tasks\n' * 100)
        done = self.run_program('serve', '--store', 'sqlite:notes.db', '--listen', '127.0.0.1:0', code=1)
        self.assertIn('notes.db', done.stderr)
        self.assertIn('notes.db', self.run_program('doctor', '--store', 'sqlite:notes.db', code=1).stdout)
        self.assertEqual((self.folder / 'notes.db').read_text(), 'these are no tasks\n' * 100)

    def test_doctor_finds_nothing_wrong_and_changes_nothing(self):
        self.run_program('doctor', '--listen', f'127.0.0.1:{free_port()}')
        self.assertEqual(list(self.folder.iterdir()), [])
