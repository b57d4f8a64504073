// The import of users in Traditional Chinese.

export default {};
