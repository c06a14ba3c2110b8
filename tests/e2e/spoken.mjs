// A page as the accessibility tree has it, which is all that a screen reader has. Knows no page.

import assert from 'node:assert/strict';

/** Roles of things that are operated: nameless they would be "button", "button", "button". */
const CONTROLS = new Set(['button', 'checkbox', 'combobox', 'link', 'listbox', 'option', 'radio', 'slider', 'spinbutton', 'switch', 'tab', 'textbox']);
const LANDMARKS = new Set(['banner', 'complementary', 'contentinfo', 'main', 'navigation', 'region', 'search']);
/** Of these a page may have one, and then it needs no name. */
const SINGLE = new Set(['banner', 'contentinfo', 'main']);

/** What a screen reader can come to, in the order of reading: { role, name, level }. */
async function tree(page) {
  const session = await page.context().newCDPSession(page);
  try {
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const byId = new Map(nodes.map((node) => [node.nodeId, node]));
    const order = [];
    const walk = (node) => {
      if (node === undefined) return;
      const level = node.properties?.find(({ name }) => name === 'level')?.value.value;
      if (!node.ignored) order.push({ role: node.role?.value, name: (node.name?.value ?? '').trim(), level });
      for (const child of node.childIds ?? []) walk(byId.get(child));
    };
    walk(nodes[0]);
    return order;
  } finally {
    await session.detach();
  }
}

/** Fails when a control has no name, when two landmarks cannot be told apart, or when the headings are no outline. */
export async function assertSpoken(page) {
  const all = await tree(page);
  const nameless = all.filter(({ role, name }) => CONTROLS.has(role) && name === '');
  assert.deepEqual(nameless, [], 'controls without a name');

  const landmarks = all.filter(({ role }) => LANDMARKS.has(role)).map(({ role, name }) => `${role} “${name}”`);
  const twice = landmarks.filter((one, at) => landmarks.indexOf(one) !== at);
  assert.deepEqual(twice, [], 'landmarks that cannot be told apart');
  const unnamed = all.filter(({ role, name }) => LANDMARKS.has(role) && !SINGLE.has(role) && name === '');
  assert.deepEqual(unnamed, [], 'landmarks without a name');
  assert.equal(all.filter(({ role }) => role === 'main').length, 1);

  const headings = all.filter(({ role }) => role === 'heading');
  assert.deepEqual(headings.filter(({ name }) => name === ''), []);
  let above = 0;
  for (const { name, level } of headings) {
    assert.ok(level <= above + 1, `“${name}” is a heading of level ${level} under one of level ${above}`);
    above = level;
  }
  assert.equal(headings.filter(({ level }) => level === 1).length, 1, 'one heading is the page’s');
}
