"""One async function per act: authorise, load, decide, record, commit one unit."""
