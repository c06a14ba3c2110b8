// Stands in a program's module in place of the import of this name. The rest of the program, whose address the page tells, is
// fetched into the memory and the table of the first file, which then has a way to call it.
const import1 = {
  async __wasm_split_load_rest(done, told) {
    let isHere = false;
    try {
      const answer = await fetch(new URL(document.body.dataset.rest, document.baseURI));
      await WebAssembly.instantiate(await answer.arrayBuffer(), { __wasm_split: wasm });
      isHere = true;
    } catch { /* the page says so, in words */ }
    wasm.__indirect_function_table.get(done)(told, isHere);
  },
};
