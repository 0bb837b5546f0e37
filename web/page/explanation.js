// Hook: why a task waits, in words. Asked for with each revision, and now and then, since hosts come and go.
import {useEffect, useState} from './ui.js';

const again_ms = 3_000;

export function use_explanation(connection, task) {
  const [text, set_text] = useState();
  const waits = task !== undefined && !task.worker && task.state !== 'completed';
  useEffect(() => {
    set_text(undefined);
    if (!waits) return undefined;
    let over = false;
    const look = () => connection.request('explain', {id: task.id}).then((explained) => over || set_text(explained.text), () => {});
    look();
    const timer = setInterval(look, again_ms);
    return () => { over = true; clearInterval(timer); };
  }, [connection, task?.id, task?.rev, waits]);
  return text;
}
