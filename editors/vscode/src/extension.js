// Starts `seqspec lsp` and leaves the rest to it.

const { commands, window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const SETTINGS = "Open settings";

let client;

async function start() {
  const [command, ...args] = workspace.getConfiguration("seqspec").get("command");
  client = new LanguageClient(
    "seqspec",
    "seqspec",
    { command, args },
    {
      documentSelector: [{ language: "seqspec" }],
      synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.seq") },
    },
  );
  try {
    await client.start();
  } catch (error) {
    tell(command, error?.message ?? error); // of a command that is not there, it is a plain text
  }
}

/** Says what to do; nobody waits for the answer. */
async function tell(command, reason) {
  const message =
    `\`${command}\` does not start${reason ? ` (${reason})` : ""}. ` +
    'Install it with pip install "seqspec-lang[lsp]", or set seqspec.command.';
  if (await window.showErrorMessage(message, SETTINGS))
    await commands.executeCommand("workbench.action.openSettings", "seqspec.command");
}

async function stop() {
  await client?.stop();
  client = undefined;
}

exports.activate = async (context) => {
  context.subscriptions.push(
    commands.registerCommand("seqspec.restart", async () => {
      await stop();
      await start();
    }),
    workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("seqspec.command")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
};

exports.deactivate = stop;
