using System.CommandLine;
using KvStore.Cli;

return new RootCommand("kv") { SimCommand.Create() }.Parse(args).Invoke();
