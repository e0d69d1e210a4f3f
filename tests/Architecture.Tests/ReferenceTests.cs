using System.Reflection;
using System.Xml.Linq;

namespace Hazina.Architecture.Tests;

public sealed class ReferenceTests
{
    [Fact]
    public void Every_project_of_src_has_its_place_in_the_house()
    {
        var projects = Tree.Files.Where(f => f.IsIn("src") && f.Extension == ".csproj").ToList();
        Found.Nothing(
            "A project is one of House.Modules, in the folder of its name:",
            projects
                .Where(p => House.Find(Path.GetFileNameWithoutExtension(p.Name)) is not { } m || m.Folder != p.Folder)
                .Select(p => p.Path)
        );
    }

    [Fact]
    public void Projects_refer_to_projects_below_them() =>
        Found.Nothing(
            "References point down:",
            from module in House.Built
            from reference in References(module)
            where House.Find(reference) is not { } other || !module.MayUse(other)
            select $"{module.Name} refers to {reference}"
        );

    [Fact]
    public void Types_are_used_from_below_only() =>
        Found.Nothing(
            "A module uses the types of those below it, also where a reference would come along unasked:",
            from module in House.Built
            from reference in Load(module).GetReferencedAssemblies().Select(a => a.Name!)
            where reference.StartsWith("Hazina.", StringComparison.Ordinal)
            where House.Find(reference["Hazina.".Length..]) is not { } other || !module.MayUse(other)
            select $"{module.Name} uses types of {reference}"
        );

    [Fact]
    public void Money_stands_on_nothing()
    {
        var money = House.Find("Money")!;
        Assert.Empty(References(money));
        Assert.DoesNotContain(Load(money).GetReferencedAssemblies(), a => !a.Name!.StartsWith("System.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_module_opens_itself_to_its_own_tests_and_to_the_benchmarks_only() =>
        Found.Nothing(
            "InternalsVisibleTo is for tests and benchmarks, never for a neighbour:",
            from module in House.Built
            where module.Level < House.Composition
            from friend in Project(module).Descendants("InternalsVisibleTo").Select(e => (string)e.Attribute("Include")!)
            where friend != $"{module.Namespace}.Tests" && friend is not ("Hazina.Bench" or "Hazina.Testing")
            select $"{module.Name} opens itself to {friend}"
        );

    [Fact]
    public void Pages_know_the_api_and_nothing_else() =>
        Found.Nothing(
            "Web is a client of the API, and only the host puts it in:",
            References(House.Find("Web")!)
                .Where(r => r != "Client")
                .Select(r => $"Web refers to {r}")
                .Concat(House.Built.Where(m => m.Name != "Host" && References(m).Contains("Web")).Select(m => $"{m.Name} refers to Web"))
        );

    [Fact]
    public void Every_module_has_its_tests() =>
        Found.Nothing(
            "Tests stand in a project beside, named after the module:",
            House
                .Built.Where(m => m.Level < House.Composition && m.Name != "Client") // tried on the whole of the server, in Journeys.Tests
                .Where(m => !File.Exists(Path.Combine(Tree.Root, "tests", $"{m.Name}.Tests", $"{m.Name}.Tests.csproj")))
                .Select(m => m.Name)
        );

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Tree.Files.Single(f => f.Path == "Hazina.slnx").Text;
        Found.Nothing(
            "A project outside the solution is not built by anyone:",
            Tree.Files.Where(f => f.Extension == ".csproj" && !solution.Contains($"\"{f.Path}\"", StringComparison.Ordinal))
                .Select(f => f.Path)
        );
    }

    [Fact]
    public void Every_package_version_is_used_and_stands_in_one_place()
    {
        var versions = XDocument
            .Load(Path.Combine(Tree.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Select(e => (string)e.Attribute("Include")!)
            .ToList();
        var projects = Tree.Files.Where(f => f.Extension is ".csproj" or ".props" && f.Name != "Directory.Packages.props").ToList();
        Found.Nothing(
            "A package that nobody refers to:",
            versions
                .Except(Limits.PackagesToCome)
                .Except(
                    projects
                        .SelectMany(p => XDocument.Parse(p.Text).Descendants("PackageReference"))
                        .Select(e => (string)e.Attribute("Include")!)
                )
        );
        Assert.Equal(versions.Count, versions.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    static IEnumerable<string> References(Module module) =>
        Project(module).Descendants("ProjectReference").Select(e => Path.GetFileNameWithoutExtension((string)e.Attribute("Include")!));

    static XDocument Project(Module module) => XDocument.Load(Path.Combine(Tree.Root, module.Folder, $"{module.Name}.csproj"));

    static Assembly Load(Module module) => Assembly.Load(module.Namespace);
}
