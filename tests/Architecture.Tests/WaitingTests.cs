using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>Nobody waits for time to pass in a test, and nobody blocks a thread on a task in the products.</summary>
public sealed class WaitingTests
{
    [Fact]
    public void No_test_sleeps() => Rules.Hold(Repository.TestSources.SelectMany(Sleeps));

    [Fact]
    public void No_product_blocks_on_a_task() => Rules.Hold(Repository.ProductSources.SelectMany(Blocks));

    [Fact]
    public void The_rules_find_what_they_forbid()
    {
        Rules.Refuses(Sleeps, "Thread.Sleep(1);");
        Rules.Refuses(Sleeps, "await System.Threading.Tasks.Task.Delay(TimeSpan.FromSeconds(1));");
        Rules.Allows(Sleeps, "clock.Delay(1); await Task.Yield();");
        Rules.Refuses(Blocks, "task.Wait();");
        Rules.Refuses(Blocks, "var x = Read().Result;");
        Rules.Refuses(Blocks, "var x = ReadAsync(1).ConfigureAwait(false).GetAwaiter().GetResult();");
        Rules.Allows(Blocks, "var x = executed.Result; semaphore.Wait(token); var y = await ReadAsync();");
    }

    private static IEnumerable<string> Sleeps(SourceFile file) =>
        from access in file.Nodes<MemberAccessExpressionSyntax>()
        let type = access.Expression.ToString().Split('.')[^1]
        where (type, access.Name.Identifier.Text) is ("Thread", "Sleep") or ("Thread", "SpinWait") or ("Task", "Delay")
        select file.At(access, $"'{access}': wait for the event itself, or drive the time.");

    // BannedSymbols.Blocking.txt forbids the same by symbol, which tells a task's result from an executed batch's. This rule needs no
    // build, and finds what is written in the shape of a blocked task.
    private static IEnumerable<string> Blocks(SourceFile file) =>
        from access in file.Nodes<MemberAccessExpressionSyntax>()
        let called = access.Parent is InvocationExpressionSyntax { ArgumentList.Arguments.Count: 0 }
        let onCall = access.Expression is InvocationExpressionSyntax
        where (access.Name.Identifier.Text, called, onCall) is ("Wait", true, _) or ("GetResult", true, true) or ("Result", false, true)
        select file.At(access, $"'{access}': await it.");
}
