using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>A broken invariant stops the process; no handler of last resort in the lower floors carries on.</summary>
public sealed class ExceptionTests
{
    private static readonly string[] Floors = ["Protocol", "Consensus", "StateMachine", "Storage"];

    [Fact]
    public void No_catch_all_below_the_driver() => Rules.Hold(Repository.ProductSources.Where(file => Floors.Contains(file.Project)).SelectMany(Violations));

    [Fact]
    public void The_rule_finds_what_it_forbids()
    {
        Rules.Refuses(Violations, "try { } catch { }");
        Rules.Refuses(Violations, "try { } catch (Exception e) { }");
        Rules.Refuses(Violations, "try { } catch (System.Exception) { }");
        Rules.Allows(Violations, "try { } catch (IOException) { } catch (Exception e) when (e is FormatException) { }");
    }

    private static IEnumerable<string> Violations(SourceFile file) =>
        from clause in file.Nodes<CatchClauseSyntax>()
        let type = clause.Declaration?.Type.ToString().Split('.')[^1]
        where type is null or "Exception"
        where clause.Filter is null
        select file.At(clause, "a catch-all.");
}
