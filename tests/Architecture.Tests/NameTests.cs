using Hazina.Architecture.Tests.Rules;

namespace Hazina.Architecture.Tests;

public sealed class NameTests
{
    [Fact]
    public void Folders_and_types_say_what_is_in_them() =>
        Found.Nothing("A name that could hold anything will:", Tree.Code.SelectMany(NameRules.FoldersAndTypesThatSayNothing));

    [Fact]
    public void Namespaces_are_folders() =>
        Found.Nothing("Who knows the type knows the file:", Tree.Code.SelectMany(NameRules.NamespacesThatAreNotTheFolder));

    [Fact]
    public void No_type_is_named_like_a_namespace() =>
        Found.Nothing("Such a type hides the namespace, or the other way round:", Tree.Code.SelectMany(NameRules.TypesNamedLikeANamespace));

    [Fact]
    public void Names_of_tests_are_sentences() =>
        Found.Nothing(
            "A test's name tells what is promised:",
            Tree.Code.Where(f => f.IsIn("tests")).SelectMany(NameRules.TestsThatAreNoSentence)
        );
}
